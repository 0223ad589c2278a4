"""Progress, Ctrl-C, threads."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import threading
import time
import warnings

import pytest

import basketry as bk
from conftest import endless


def test_ctrl_c_stops_long_work():
    baskets = endless()
    sent = []

    def interrupt():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.3, interrupt)
    try:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            bk.itemsets(baskets, 1, max_itemsets=10**9)
        took = time.perf_counter() - sent[0]
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)
    assert took < 0.2


@pytest.mark.parametrize("lists", [itertools.repeat([1]), [itertools.repeat(1)]])
def test_ctrl_c_stops_the_reading_of_lists(lists):
    # The iterator holds the GIL, so that only the operating system can send the signal.
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        began = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(KeyboardInterrupt):
            bk.Baskets.from_lists(lists)
        took = time.perf_counter() - began - 0.1
    finally:
        signal.signal(signal.SIGALRM, before)
    assert took < 0.2


def test_a_signal_handler_of_the_user_runs():
    seen = []
    before = signal.signal(signal.SIGALRM, lambda *_: seen.append(time.perf_counter()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        stop = time.perf_counter() + 0.4

        def progress(stage, done, total):
            if time.perf_counter() > stop:
                raise StopIteration("enough")

        with pytest.raises(StopIteration, match="enough"):
            bk.itemsets(endless(), 1, max_itemsets=10**9, progress=progress)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert len(seen) == 1
    assert seen[0] < stop


def test_the_error_of_a_callback_arrives_unchanged():
    class Mine(BaseException):
        pass

    error = Mine("mine")

    def progress(stage, done, total):
        raise error

    with pytest.raises(Mine) as caught:
        bk.itemsets(endless(), 1, max_itemsets=10**9, progress=progress)
    assert caught.value is error


def test_progress_is_called_with_stage_done_and_total():
    calls = []
    baskets = bk.Baskets.from_lists([["a", "b"]] * 10)
    bk.itemsets(baskets, 1, progress=lambda *call: calls.append(call))
    stage, done, total = calls[-1]
    assert stage == "mining"
    assert isinstance(done, int)
    assert isinstance(total, int)
    assert calls[-1][1] <= max(total, done)


def test_other_threads_run_meanwhile():
    stop = threading.Event()
    ticks = 0

    def tick():
        nonlocal ticks
        while not stop.is_set():
            ticks += 1
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    began = time.perf_counter()

    def progress(stage, done, total):
        if time.perf_counter() - began > 0.5:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        bk.itemsets(endless(), 1, max_itemsets=10**9, progress=progress)
    stop.set()
    thread.join()
    # Two workers on two cores and a thread that sleeps: with the GIL held it were a handful.
    assert ticks > 50


def test_many_threads_mine_at_once():
    baskets = bk.Baskets.from_lists([[i % 7, i % 11, i % 13] for i in range(2000)])
    expected = len(bk.itemsets(baskets, 2))
    results = []

    def work():
        results.extend(len(bk.itemsets(baskets, 2)) for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 40


def fit_and_mine(shop):
    model = bk.fit(shop.catalog, shop.history)
    sets = bk.itemsets(shop.history.to_baskets(), 5)
    return model.id, len(sets), len(model.recommend(n=2))


def in_child(shop, queue):
    queue.put(fit_and_mine(shop))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_can_work(shop):
    expected = fit_and_mine(shop)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    with warnings.catch_warnings():
        # Later Pythons warn of forking with threads about, which is the case in question.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = context.Process(target=in_child, args=(shop, queue))
        child.start()
    try:
        assert queue.get(timeout=60) == expected
    finally:
        child.kill()
        child.join()


def test_a_history_grows_while_others_read_it(lines):
    from conftest import COLUMNS

    history = bk.History(lines, **COLUMNS)
    done = threading.Event()
    wrong = []

    def read():
        while not done.is_set():
            if history.lines < 5 or len(history) != 3 or not repr(history):
                wrong.append(history)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(50):
        history.append(lines)
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong
    assert history.report["lines_read"] == 51 * 6


def test_progress_true_shows_a_bar(capsys):
    baskets = bk.Baskets.from_lists([["a", "b"]] * 10)
    bk.itemsets(baskets, 1, progress=True)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "mining" in captured.err


def test_progress_true_without_tqdm(capsys, without_module):
    without_module("tqdm")
    bk.itemsets(bk.Baskets.from_lists([["a", "b"]] * 10), 1, progress=True)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("\rbasketry: mining")
    assert captured.err.endswith("\n")


def test_progress_false_shows_nothing(capsys):
    bk.itemsets(bk.Baskets.from_lists([["a", "b"]] * 10), 1, progress=False)
    assert capsys.readouterr() == ("", "")
