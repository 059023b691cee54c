"""What a sensor saw of its controllers, and who came by."""

from app.link.codec import encode_batch
from app.model.activity import Activity, Endpoint, named
from app.model.details import DnsQuery
from app.model.sensor import Controller, SensorConfig
from app.sensor.service.sight import Sight, adapters


def seen(at: int, source: Endpoint, destination: Endpoint, frames: tuple[int, ...] = ()) -> Activity:
    return Activity(
        at=at, until=at, input="s.1", frames=frames, source=source, destination=destination, detail=DnsQuery(name="a", type="A")
    )


CLIENT, DC = Endpoint("10.0.0.66", 5), Endpoint("10.0.0.10", 53)


def test_packets_and_records_count_for_the_controller_that_they_are_of() -> None:
    sight = Sight()
    dc1, dc2 = Controller(fqdn="DC1.corp.test", addresses=("10.0.0.10", "fd00:0::10")), Controller(fqdn="dc2.corp.test")
    sight.configure(SensorConfig(controllers=(dc1, dc2)))
    first = sight.see(
        encode_batch([seen(7, CLIENT, DC, (1, 2)), seen(9, Endpoint("fd00::10"), CLIENT, (3,)), seen(8, named("dc2"), CLIENT)])
    )
    found = sight.sights({"dc1.corp.test": False})

    assert first == 7 and sight.see(encode_batch([])) is None
    assert [(one.fqdn, one.packets, one.last, one.reachable) for one in found] == [
        ("DC1.corp.test", 3, 9, False),
        ("dc2.corp.test", 1, 8, None),
    ]


def test_the_controller_of_a_sensor_on_one_is_this_machine() -> None:
    sight = Sight()
    sight.configure(SensorConfig(kind="sensor", controllers=(Controller(fqdn="dc1.corp.test"),)), own=["10.0.0.10"])
    sight.see(encode_batch([seen(7, CLIENT, DC, (1,))]))

    assert sight.sights({})[0].packets == 1


def test_addresses_wait_once_each_while_names_are_asked_for() -> None:
    sight = Sight()
    sight.configure(SensorConfig(controllers=(Controller(fqdn="dc1.corp.test", addresses=("10.0.0.10",)),)))
    sight.see(encode_batch([seen(7, CLIENT, DC)]))
    assert sight.take() == []
    sight.wishing = True
    sight.see(encode_batch([seen(7, CLIENT, DC), seen(8, CLIENT, DC), seen(9, named("ws1"), CLIENT)]))

    assert sight.take() == ["10.0.0.66"] and sight.take() == []


def test_adapters_have_their_addresses_behind_their_names() -> None:
    found = {one.partition(" ")[0]: one.partition(" ")[2] for one in adapters()}

    assert "127.0.0.1" in found.get("lo", "127.0.0.1").split()
