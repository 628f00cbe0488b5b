"""Vietnamese numbers as they are said, from 0 to 999."""

from __future__ import annotations

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
MOST = 999


def in_words(number: int) -> str:
    """``hai mươi mốt``. Written out because a speech program says *mười năm* for 15.

    Raises:
        ValueError: nobody needs such a number here.
    """
    if not 0 <= number <= MOST:
        raise ValueError(f"{number} is not between 0 and {MOST}")
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest)
    head = f"{_DIGITS[hundreds]} trăm"
    if not rest:
        return head
    if rest < 10:
        return f"{head} lẻ {_DIGITS[rest]}"
    return f"{head} {_below_hundred(rest)}"


def _below_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    head = "mười" if tens == 1 else f"{_DIGITS[tens]} mươi"
    match ones:
        case 0:
            return head
        case 1 if tens > 1:
            return f"{head} mốt"
        case 5:
            return f"{head} lăm"
    return f"{head} {_DIGITS[ones]}"
