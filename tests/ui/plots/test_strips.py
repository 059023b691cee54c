"""Small curves: places of values, gaps, the figure and the words beside."""

from PySide6.QtWidgets import QApplication

from app.ui import theme
from app.ui.plots.strips import LEAST, Series, Strip

SECOND = 1_000_000


def strip(qapp: QApplication) -> Strip:
    """One of two curves, 200 pixels wide."""
    made = Strip("Bytes", (Series("seen", "chart-5"), Series("sent", "chart-4")), lambda value: f"{value:.0f}/s")
    made.plot.resize(200, made.plot.height())
    return made


def test_values_stand_at_their_times_and_a_gap_stays_one(qapp: QApplication) -> None:
    one = strip(qapp)
    times = [place * 30 * SECOND for place in range(5)]
    one.show_values(times, ([0.0, 100.0, None, 50.0, 25.0], [0.0] * 5))
    first, second = one.plot.pieces([0.0, 100.0, None, 50.0, 25.0])
    assert [round(place.x()) for place in (*first, *second)] == [0, 50, 150, 200]
    assert first[0].y() == one.plot.height() and 0 < first[1].y() < second[0].y() < second[1].y()
    assert one.value.text() == "25/s" and one.span.text().endswith("at most 100/s")


def test_two_samples_do_not_fill_it_and_none_say_so(qapp: QApplication) -> None:
    one = strip(qapp)
    one.show_values([0, 2 * SECOND], ([1.0, 1.0], [1.0, 1.0]))
    (piece,) = one.plot.pieces([1.0, 1.0])
    assert piece[0].x() > 200 * (1 - 3 * SECOND / LEAST) and round(piece[1].x()) == 200
    one.show_values([], ([], []))
    assert one.value.text() == "—" and one.plot.pieces([]) == []


def test_curves_have_their_colours(qapp: QApplication) -> None:
    one = strip(qapp)
    one.show_values([0, 60 * SECOND], ([100.0, 100.0], [None, None]))
    picture = one.plot.grab().toImage()
    line = round(one.plot.pieces([100.0, 100.0])[0][0].y())
    near = {picture.pixelColor(100, line + by).name() for by in (-1, 0, 1)}
    assert theme.colour("chart-5").name() in near
