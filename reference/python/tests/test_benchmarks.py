from benchmarks.kernels import check


def test_the_alternatives_of_the_benchmarks_agree() -> None:
    check()
