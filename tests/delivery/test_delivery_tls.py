"""Whose server it is: certificates by a throw-away authority, on real TLS."""

from collections.abc import Iterator

import pytest

from appliance.core.errors import (
    CaptivePortal,
    CertificateProblem,
    ConfigWrong,
    DestinationUnreachable,
)
from appliance.pretend.bad_network import BadNetwork, Trouble

from .certificates import ThrowAwayCa
from .strict_ward import BASE, StrictWard


@pytest.fixture
def ca(tmp_path) -> ThrowAwayCa:
    return ThrowAwayCa(tmp_path)


@pytest.fixture
def tls_ward() -> Iterator:
    wards = []

    def tls_ward(context) -> StrictWard:
        wards.append(StrictWard(tls=context))
        return wards[-1]

    yield tls_ward
    for ward in wards:
        ward.close()


def address(port: int, host: str = "localhost") -> str:
    return f"https://{host}:{port}{BASE}"


def test_a_ward_certified_by_the_provinces_authority_gets_the_dossier(ca, tls_ward, service, seal):
    ward, sealed = tls_ward(ca.server()), seal(300_000)
    box = service(url=address(ward.port), ca_file=ca.file, verify_key=ward.verify_key)
    box.send(sealed.manifest, sealed.body, sealed.files)
    assert ward.holds(sealed.digests[0])


@pytest.mark.parametrize(
    ("days", "words"), [((-9, -1), "expired"), ((1, 9), "not yet valid")], ids=["expired", "early"]
)
def test_a_certificate_out_of_its_time_is_the_technicians_matter(
    ca, tls_ward, service, days, words
):
    ward = tls_ward(ca.server(days=days))
    with pytest.raises(CertificateProblem, match=words):
        service(url=address(ward.port), ca_file=ca.file).events(None)
    assert ward.asked == []


def test_a_certificate_for_another_name_is_refused(ca, tls_ward, service, seal):
    ward, sealed = tls_ward(ca.server(host="ward.example")), seal(5_000)
    box = service(url=address(ward.port), ca_file=ca.file)
    with pytest.raises(CertificateProblem, match="localhost"):
        box.send(sealed.manifest, sealed.body, sealed.files)
    assert ward.asked == []


def test_an_authority_nobody_told_us_about_is_refused(ca, tls_ward, service, seal, tmp_path):
    ward, sealed = tls_ward(ThrowAwayCa(tmp_path, "Stranger").server()), seal(5_000)
    for ca_file in (ca.file, None):
        box = service(url=address(ward.port), ca_file=ca_file)
        with pytest.raises(CertificateProblem):
            box.send(sealed.manifest, sealed.body, sealed.files)
    assert ward.asked == []


def test_something_that_answers_without_tls_is_not_the_ward(ward, service, seal):
    sealed = seal(5_000)
    with pytest.raises(CaptivePortal):
        service(url=address(ward.port)).send(sealed.manifest, sealed.body, sealed.files)
    assert ward.asked == []


def test_a_cut_within_tls_is_a_bad_line_not_a_bad_certificate(ca, tls_ward, service, seal):
    ward, sealed = tls_ward(ca.server()), seal(300_000)
    for cut in (0, 200, 5_000):
        for reset in (False, True):
            trouble = Trouble(cut_up_after=cut, reset=reset)
            with BadNetwork(ward.port, lambda number, it=trouble: it) as network:
                box = service(url=address(network.port), ca_file=ca.file)
                with pytest.raises(DestinationUnreachable):
                    box.send(sealed.manifest, sealed.body, sealed.files)


def test_certificates_that_cannot_be_used_are_told_at_the_start(service, tmp_path):
    (tmp_path / "none.pem").write_text("not a certificate")
    for name in ("none.pem", "not-there.pem"):
        with pytest.raises(ConfigWrong, match=r"ward\.ca_file: .*pem"):
            service(url=address(1), ca_file=tmp_path / name)


def test_certificates_that_vanish_later_are_the_technicians_matter(ca, ward, service):
    box = service(url=address(ward.port), ca_file=ca.file)
    ca.file.unlink()
    with pytest.raises(CertificateProblem, match=r"pem"):
        box.events(None)
