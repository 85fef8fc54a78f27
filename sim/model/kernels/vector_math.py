"""Exponential, logarithm and mean for columns, written so that a processor works on several values at a time.

A call of the system's mathematics library stops that, and its last digit differs between systems. For a single value
the library is quicker, so rules that meet one at a time use `math`.
"""

from __future__ import annotations

import math

import numpy as np

from sim.model.kernels.jit import kernel

_TWOS_PER_UNIT = 1.0 / math.log(2.0)
# The logarithm of 2 in two parts; whole multiples of the first, up to some 2000, are exact.
_LOG_TWO = float.fromhex("0x1.62e42feep-1")
_LOG_TWO_REST = 1.9082149292705877e-10
_TO_WHOLE = 1.5 * 2.0**52
"""Added to a number, it leaves no room for a fraction: the last digits of the sum are the nearest whole number."""
_FRACTION = np.int64(52)
_ONE = np.int64(0x3FF0000000000000)
_ROOT_OF_HALF = np.int64(0x3FE6A09E667F3BCD)
_TERM = tuple(1.0 / math.factorial(power) for power in range(14))
_ODD = tuple(1.0 / (2 * power + 1) for power in range(10))


@kernel
def exponential(x):
    """e to the power x, to the last digit or the one before it; nothing below -708.

    Twos are taken out, and what is left, at most 0.35 from 0, goes through the series of x^n / n!.

    Args:
        x: at most 709.
    """
    shifted = x * _TWOS_PER_UNIT + _TO_WHOLE
    twos = shifted - _TO_WHOLE
    r = (x - twos * _LOG_TWO) - twos * _LOG_TWO_REST
    z = r * r
    even = z * (_TERM[2] + z * (_TERM[4] + z * (_TERM[6] + z * (_TERM[8] + z * (_TERM[10] + z * _TERM[12])))))
    odd = 1.0 + z * (
        _TERM[3] + z * (_TERM[5] + z * (_TERM[7] + z * (_TERM[9] + z * (_TERM[11] + z * _TERM[13]))))
    )
    power_of_two = np.int64((np.float64(shifted).view(np.int64) << _FRACTION) + _ONE).view(np.float64)
    return 0.0 if x < -708.0 else (1.0 + (r * odd + even)) * power_of_two


@kernel
def logarithm(x):
    """The natural logarithm, to the last digit or the two before it.

    Twos are taken out, and what is left, m within a factor of the root of 2 of 1, goes through the series of
    log m = 2 (s + s^3 / 3 + s^5 / 5 + ...) with s = (m - 1) / (m + 1).

    Args:
        x: at least 1e-300.
    """
    word = np.float64(x).view(np.int64)
    twos = (word - _ROOT_OF_HALF) >> _FRACTION
    m = np.int64(word - (twos << _FRACTION)).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    w = z * z
    even = w * (_ODD[2] + w * (_ODD[4] + w * (_ODD[6] + w * _ODD[8])))
    odd = z * (_ODD[1] + w * (_ODD[3] + w * (_ODD[5] + w * (_ODD[7] + w * _ODD[9]))))
    return twos * _LOG_TWO + (2.0 * s + (2.0 * s * (odd + even) + twos * _LOG_TWO_REST))


@kernel
def mean_of(values):
    """Mean of a column; four sums side by side, since one waits for itself."""
    first = second = third = fourth = 0.0
    whole = len(values) // 4 * 4
    for row in range(0, whole, 4):
        first += values[row]
        second += values[row + 1]
        third += values[row + 2]
        fourth += values[row + 3]
    for row in range(whole, len(values)):
        first += values[row]
    return ((first + second) + (third + fourth)) / len(values)
