"""Work in several rounds of the window's loop."""

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer

from app.ui.rounds import in_turn


def test_between_two_steps_the_window_answers(qapp: QCoreApplication) -> None:
    owner, done = QObject(), []
    other = QTimer(owner)
    other.timeout.connect(lambda: done.append("answer"))
    in_turn(owner, lambda: done.append("one"), lambda: (done.append("two"), other.start(0)), lambda: done.append("three"))
    assert not done
    for rounds in range(1, 4):
        qapp.processEvents()
        assert len([one for one in done if one != "answer"]) == rounds
    assert [one for one in done if one != "answer"] == ["one", "two", "three"] and "answer" in done


def test_what_is_left_goes_with_its_owner(qapp: QCoreApplication) -> None:
    owner, done = QObject(), []
    in_turn(owner, lambda: done.append("one"), lambda: done.append("two"))
    qapp.processEvents()
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    assert done == ["one"]
