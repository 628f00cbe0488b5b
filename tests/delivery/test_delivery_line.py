"""How the size of a chunk follows the line."""

from appliance.destinations.line import LARGEST_CHUNK, SMALLEST_CHUNK, Line

KIB = 1024


def test_chunks_double_from_128_kib_to_4_mib_while_the_line_holds():
    line, sizes = Line(), []
    for _ in range(8):
        sizes.append(line.chunk // KIB)
        line.held(line.chunk, took_s=0.1)
    assert sizes == [128, 256, 512, 1024, 2048, 4096, 4096, 4096]


def test_a_cut_halves_the_chunk_but_never_below_the_smallest():
    line = Line()
    for _ in range(5):
        line.held(line.chunk, took_s=0.1)
    sizes = []
    for _ in range(7):
        line.cut()
        sizes.append(line.chunk // KIB)
    assert sizes == [2048, 1024, 512, 256, 128, 128, 128]


def test_over_a_slow_line_a_chunk_does_not_grow():
    line = Line()
    line.held(line.chunk, took_s=12.0)
    assert line.chunk == SMALLEST_CHUNK


def test_the_short_last_piece_of_a_file_proves_nothing():
    line = Line()
    line.held(line.chunk - 1, took_s=0.1)
    assert line.chunk == SMALLEST_CHUNK


def test_a_proxy_that_refused_a_chunk_never_sees_one_of_that_size_again():
    line = Line()
    assert line.too_much(2 * 1024 * KIB)
    for _ in range(10):
        line.held(line.chunk, took_s=0.1)
    assert line.chunk == 1024 * KIB < LARGEST_CHUNK


def test_when_the_smallest_chunk_is_refused_there_is_nothing_left_to_try():
    assert not Line().too_much(SMALLEST_CHUNK)
