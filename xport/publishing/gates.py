"""What may be published: each refusal by itself, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from xport.common.document import first_problem
from xport.errors import DocumentError, ExitCode, InputError, IntegrityError
from xport.judgement.verdict import Status
from xport.publishing.channels import CLOCK, SKEW, Found
from xport.publishing.documents import POLICY, Release, TargetPolicy, days
from xport.publishing.stores import Store
from xport.publishing.versions import is_older
from xport.signing.keys import PublicKey, shown


@dataclass(frozen=True)
class Demands:
    """What is asked of a release: the target's policy, and what the publisher states beside it."""

    policy: TargetPolicy
    max_age_days: float | None = None
    allow_downgrade: bool = False

    def oldest(self, now: datetime) -> datetime | None:
        """When evidence must have been judged at the earliest; None where any will do."""
        asked = (self.policy.max_evidence_age_days, self.max_age_days)
        limits = [limit for limit in asked if limit is not None]
        return now - days(min(limits)) if limits else None


def read_policy(store: Store) -> TargetPolicy:
    """What a target asks; nothing beyond what every target asks where it has no such file.

    Raises:
        DocumentError: its file is none.
    """
    content = store.read(POLICY)
    if content is None:
        return TargetPolicy()
    try:
        return TargetPolicy.model_validate_json(content)
    except ValidationError as error:
        raise DocumentError(
            f"is no policy of a target: {first_problem(error)}",
            f"{store.shown}/{POLICY}",
            "mend it: what it asks is not guessed",
        ) from error


def require_signer(policy: TargetPolicy, key: PublicKey | None, store: Store) -> None:
    """Refuse a publisher whose key the target does not take.

    Raises:
        InputError: the target wants a signature and there is no key, or another one.
    """
    where = f"{store.shown}/{POLICY}"
    if key is None:
        if policy.signature_required or policy.keys:
            raise InputError("wants everything signed", where, "give the private key with --key")
    elif policy.keys and shown(key.fingerprint) not in policy.keys:
        raise InputError(
            f"does not take the key {key.path}, {shown(key.fingerprint)}",
            where,
            f"sign with one that it names: {', '.join(policy.keys)}",
        )


def require_signed(
    policy: TargetPolicy, signed: bool, where: str, *, keyless: bool = False
) -> None:
    """Refuse a bundle without a signature of a key where the target wants one.

    `keyless` is one that an identity signed: nothing here holds it to anybody.

    Raises:
        InputError: it has none.
    """
    if not (policy.signature_required or policy.keys) or signed:
        return
    if keyless:
        raise InputError(
            "is signed without a key, and the target takes signatures of keys alone",
            where,
            "sign an unsigned copy of it with `xport sign --key FILE`",
        )
    raise InputError(
        "is not signed, and the target wants it signed", where, "sign it with `xport sign`"
    )


def require_verdict(policy: TargetPolicy, status: Status, where: str) -> None:
    """Refuse what did not pass, and what is weak unless the target allows that.

    Raises:
        InputError: it did not.
    """
    if status.code(allow_weak=policy.allow_weak) is not ExitCode.PASSED:
        remedy = "only PASSED is published"
        if status is Status.WEAK_PASSED:
            remedy += f'; a target takes it whose {POLICY} says "allow_weak": true'
        raise InputError(f"the verdict is {status}", where, remedy)


def require_fresh(demands: Demands, judged: datetime, now: datetime, where: str) -> None:
    """Refuse evidence of the future, and such that is older than is allowed.

    Raises:
        IntegrityError: it was judged later than it is now.
        InputError: it is too old.
    """
    if judged > now + SKEW:
        raise IntegrityError(
            f"its evidence was judged at {judged.isoformat()}, and it is {now.isoformat()} here",
            where,
            CLOCK,
        )
    oldest = demands.oldest(now)
    if oldest is not None and judged < oldest:
        raise InputError(
            f"its evidence was judged at {judged.isoformat()}, and what is published must be "
            f"judged since {oldest.isoformat()}",
            where,
            "record and judge the release again",
        )


def require_newer(demands: Demands, release: Release, found: Found) -> None:
    """Refuse another release than the channel's, and an older one unless that is allowed.

    Raises:
        InputError: it is.
    """
    if found.channel is None:
        return
    there = found.channel.release
    if there.release != release.release:
        raise InputError(
            f"is a channel of release {there.release}, not of {release.release}",
            found.where,
            "a target holds one release in its versions: name another target",
        )
    if is_older(release, there) and not demands.allow_downgrade:
        raise InputError(
            f"is at {there.words()}, judged at {there.judged.isoformat()}, and "
            f"{release.words()}, judged at {release.judged.isoformat()}, is older",
            found.where,
            "publish a newer one; `xport rollback` goes back to the one before, and "
            "--allow-downgrade publishes it all the same",
        )
