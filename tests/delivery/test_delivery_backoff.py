"""How long a dossier rests, and when a person must look instead."""

import random

import pytest

from appliance.core.dossiers.backoff import needs_person, next_try, rest_after
from appliance.core.errors import (
    CaptivePortal,
    CertificateProblem,
    ConflictAtWard,
    DeliveryError,
    DestinationUnreachable,
    DeviceRefused,
    FilesMissingAtWard,
    ReceiptForged,
    RefusedByWard,
    SealedFileDamaged,
    SlowDown,
    SoftwareTooOld,
    SupplementNotWanted,
    TooLargeForWard,
    concrete_errors,
)
from appliance.core.errors.heartbeat import PointCodeTaken

LOWEST, HIGHEST = (lambda: 0.0), (lambda: 0.999)
CAN_STILL_SUCCEED = {
    CaptivePortal,
    CertificateProblem,
    DestinationUnreachable,
    DeviceRefused,
    FilesMissingAtWard,
    ReceiptForged,
    SlowDown,
    SoftwareTooOld,
    PointCodeTaken,
}
NEVER_AS_IT_IS = {
    ConflictAtWard,
    RefusedByWard,
    SealedFileDamaged,
    SupplementNotWanted,
    TooLargeForWard,
}


def test_the_first_rest_is_at_least_five_seconds_and_each_one_is_longer():
    rests = [next_try(attempts, LOWEST) for attempts in range(1, 8)]
    assert rests == [5, 10, 20, 40, 80, 160, 320]


@pytest.mark.parametrize("attempts", [1, 2, 7, 8, 20, 1_000, 10**9])
def test_no_rest_is_shorter_than_five_seconds_or_longer_than_fifteen_minutes(attempts):
    draw = random.Random(attempts).random
    for _ in range(200):
        assert 5 <= next_try(attempts, draw) <= 900


def test_boxes_that_lost_the_same_ward_do_not_come_back_in_the_same_second():
    draw = random.Random(7).random
    for attempts in (1, 5, 50):
        rests = {round(next_try(attempts, draw), 3) for _ in range(20)}
        assert len(rests) == 20
    assert next_try(50, HIGHEST) - next_try(50, LOWEST) > 400


def test_a_ward_that_asks_for_a_minute_is_left_alone_for_a_minute():
    assert next_try(1, LOWEST, retry_after_s=60) >= 60
    assert next_try(1, HIGHEST, retry_after_s=60) > 60


def test_a_ward_that_asks_for_a_day_is_asked_again_within_fifteen_minutes():
    assert next_try(1, HIGHEST, retry_after_s=86_400) == 900


def test_retry_after_zero_still_means_our_own_rest():
    assert next_try(4, LOWEST, retry_after_s=0) == next_try(4, LOWEST)


def test_every_delivery_error_either_rests_or_needs_a_person():
    family = set(concrete_errors(DeliveryError))
    assert family == CAN_STILL_SUCCEED | NEVER_AS_IT_IS
    for kind in family:
        assert needs_person(kind("")) == (kind in NEVER_AS_IT_IS)
        assert (rest_after(kind(""), 1, LOWEST) is None) == (kind in NEVER_AS_IT_IS)


def test_the_rest_after_slow_down_is_the_one_the_ward_asked_for():
    assert rest_after(SlowDown("", retry_after_s=120), 1, LOWEST) == 120
    assert rest_after(SlowDown("", retry_after_s=None), 1, LOWEST) == 5
