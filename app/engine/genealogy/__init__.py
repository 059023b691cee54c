"""The descent of Kerberos tickets: AS, TGT, TGS, service ticket, AP, from the activities that tell of them."""

from app.engine.genealogy.family import genealogy

__all__ = ["genealogy"]
