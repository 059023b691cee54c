"""A program of its own (GPL-2.0-or-later) that dissects one packet with scapy and answers in JSON."""
# SPDX-License-Identifier: GPL-2.0-or-later
