"""History of routes."""

from app.ui.navigation import History, Route


def test_back_and_forward() -> None:
    history = History()
    for page in ("overview", "alerts", "alert"):
        history.visit(Route(page))
    assert history.back() == Route("alerts")
    assert history.back() == Route("overview")
    assert history.back() is None and history.current == Route("overview")
    assert history.forward() == Route("alerts")


def test_a_new_route_forgets_what_lay_ahead() -> None:
    history = History()
    for page in ("overview", "alerts"):
        history.visit(Route(page))
    history.back()
    history.visit(Route("sources"))
    assert not history.can_forward
    assert history.back() == Route("overview")


def test_the_same_route_twice_is_one() -> None:
    history = History()
    history.visit(Route("alerts"))
    history.visit(Route("alerts"))
    assert not history.can_back


def test_history_is_bounded() -> None:
    history = History()
    for number in range(3 * History.LIMIT):
        history.visit(Route("alert", str(number)))
    steps = 0
    while history.back():
        steps += 1
    assert steps == History.LIMIT - 1


def test_options_of_a_view() -> None:
    route = Route("activities", view=(("filter", "kind:ntlm"),))
    assert route.option("filter") == "kind:ntlm"
    assert route.option("span") == ""
