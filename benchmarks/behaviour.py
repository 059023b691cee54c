"""Simple statistics against models, on made months: `behaviour.py [--seeds N] [--people N] [--days N] [--communities]`.

Every account-day after the learning time gets a score from each method; what was injected is known.
Reported are the area under the curve (ROC), average precision, and recall and precision within a budget of one account-day a
day of the whole domain, which is what an analyst reads. The models learn from the account-days of the learning time.
"""

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from months import DAY, START, Months

from app.engine.detectors import abnormal_behaviour, pass_the_hash
from app.engine.knowledge import Knowledge
from app.engine.profiles import Profiles
from app.engine.profiles.features import MEASURES
from app.engine.profiles.scoring import WEIGHTS, above, deviations, score, unusual_hours
from app.engine.running import run
from app.model.tuning import Tuning


def rows_of(months: Months, with_directory: bool) -> tuple[list[tuple[str, int]], np.ndarray, np.ndarray, np.ndarray, float]:
    """(account, day), raw measures, measures as deviations from past and peers, the simple score; microseconds an activity."""
    knowledge = Knowledge()
    told = list(months.activities())
    for one in (*(months.directory() if with_directory else ()), *told):
        knowledge.observe(one)
    profiles = Profiles(knowledge)
    names = {one.name: knowledge.account(one.name, "CORP.EXAMPLE") for one in (*months.people, *months.services)}
    keys, raw, relative, simple = [], [], [], []
    spent, day = 0.0, 0

    def close(at: int) -> None:
        for name, ref in names.items():
            profile = profiles.of(ref)
            if profile is None or ref is None or profile.number != at // DAY:
                continue
            peers = [held for one in profiles.peers(ref, at).members if (held := profiles.of(one)) is not None]
            found = deviations(profile, peers, at)
            keys.append((name, day))
            raw.append([*profile.counts, unusual_hours(profile, at)])
            own = [above(profile.counts[one], profile.history(one, at)) for one in range(len(MEASURES))]
            both = {one.measure: one.by for one in found}
            relative.append([*own, *(both.get(one, 0.0) for one in (*WEIGHTS, -1))])
            simple.append(score(found) if len(profile.past) >= 3 else 0.0)

    for one in told:
        now = (one.at - START) // DAY
        if now != day:
            close(START + day * DAY)
            day = now
        began = time.perf_counter()
        profiles.observe(one)
        spent += time.perf_counter() - began
    close(START + day * DAY)
    return keys, np.array(raw), np.array(relative), np.array(simple), spent / len(told) * 1e6


def models(seed: int) -> dict[str, object]:
    """The models compared, as scikit-learn has them."""
    from sklearn.ensemble import IsolationForest
    from sklearn.neighbors import LocalOutlierFactor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import RobustScaler
    from sklearn.svm import OneClassSVM

    return {
        "IsolationForest": IsolationForest(n_estimators=200, random_state=seed),
        "LocalOutlierFactor": make_pipeline(RobustScaler(), LocalOutlierFactor(n_neighbors=30, novelty=True)),
        "OneClassSVM": make_pipeline(RobustScaler(), OneClassSVM(nu=0.02)),
    }


def shown_attacks(options: argparse.Namespace, seed: int, features: np.ndarray) -> np.ndarray:
    """Scores of a model that was shown the labelled attacks of another month: what knowing them in advance would be worth."""
    from sklearn.linear_model import LogisticRegression

    other = Months(seed + 1_000, options.people, options.days)
    keys, _, relative, _, _ = rows_of(other, not options.communities)
    labels = other.labels()
    late = np.array([day >= other.learned for _, day in keys])
    truth = np.array([key in labels for key in keys])
    made = LogisticRegression(class_weight="balanced", max_iter=2_000).fit(relative[late], truth[late])
    return made.decision_function(features)


def measured(scores: np.ndarray, truth: np.ndarray, kinds: list[str], budget: int) -> dict[str, float]:
    """Quality of scores: ROC, average precision; within the budget precision and recall of account-days, and the share of the
    attacks of each kind that show on at least one of their days."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    best = np.argsort(-scores, kind="stable")[:budget]
    hit = truth[best]
    found = {
        "auc": float(roc_auc_score(truth, scores)),
        "ap": float(average_precision_score(truth, scores)),
        "precision": float(hit.mean()),
        "recall": float(hit.sum() / truth.sum()),
    }
    caught = {kinds[place] for place in best.tolist() if kinds[place]}
    for kind in ("spray", "insider", "slow", "night"):
        every = {one for one in kinds if one.startswith(kind)}
        found[kind] = len(caught & every) / max(1, len(every))
    return found


def alarms(months: Months, with_directory: bool, level: str) -> dict[str, float]:
    """What the detectors say at a level: false alarms a day of medium or higher, and the share of attacks of each kind found."""
    told = [*(months.directory() if with_directory else ()), *months.activities()]
    knowledge = Knowledge()
    for one in told:
        knowledge.observe(one)
    asked = [abnormal_behaviour.DETECTOR, pass_the_hash.DETECTOR]
    tuning = Tuning(sensitivity=level)  # type: ignore[arg-type]
    alerts = [one for one in run(asked, told, knowledge, tuning=tuning) if one.severity != "low"]
    caught, false = set(), 0
    for alert in alerts:
        names = {ref.label for ref in alert.finding.accounts}
        days = range((alert.finding.first - START) // DAY, (alert.finding.last - START) // DAY + 1)
        matching = {(one.kind, one.account) for one in months.attacks if one.account in names and set(one.days) & set(days)}
        caught |= matching
        false += not matching
    kinds = sorted({one.kind for one in months.attacks})
    every = {kind: sum(one.kind == kind for one in months.attacks) for kind in kinds}
    found = {kind: sum(one[0] == kind for one in caught) / every[kind] for kind in kinds}
    return {"alerts": len(alerts), "false a day": false / (months.days - months.learned), **found}


def show(results: dict[str, list[dict[str, float]]]) -> None:
    """A row of means for each method."""
    columns = list(next(iter(results.values()))[0])
    print(f"{'':48}" + "".join(f"{one:>12}" for one in columns))
    for name, rows in results.items():
        print(f"{name:48}" + "".join(f"{np.mean([row[one] for row in rows]):12.3f}" for one in columns))


def main() -> int:
    """Print two tables of means over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--days", type=int, default=45)
    parser.add_argument("--communities", action="store_true", help="peers from the access graph, not from a directory")
    parser.add_argument("--alarms", action="store_true", help="what the detectors themselves say, in place of the methods")
    parser.add_argument("--supervised", action="store_true", help="also a model that was shown the attacks of other months")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    results: dict[str, list[dict[str, float]]] = defaultdict(list)
    if options.alarms:
        for level in ("low", "medium", "high"):
            for seed in range(options.seeds):
                made = Months(seed, options.people, options.days)
                results[level].append(alarms(made, not options.communities, level))
        show(results)
        return 0
    for seed in range(options.seeds):
        months = Months(seed, options.people, options.days)
        keys, raw, relative, simple, each = rows_of(months, not options.communities)
        labels = months.labels()
        late = np.array([day >= months.learned for _, day in keys])
        kinds = [f"{labels[key]} {key[0]}" if key in labels else "" for key, wanted in zip(keys, late) if wanted]
        truth = np.array([bool(kind) for kind in kinds])
        budget = options.days - months.learned
        scores = {"robust statistics": simple[late]}
        old = np.array([day >= 5 for _, day in keys]) & ~late
        for name, features in (("counts", raw), ("deviations", relative)):
            for model, made in models(seed).items():
                made.fit(features[old])  # type: ignore[attr-defined]
                scores[f"{model} on {name}"] = -made.score_samples(features[late])  # type: ignore[attr-defined]
        if options.supervised:
            scores["LogisticRegression, shown other months' attacks"] = shown_attacks(options, seed, relative[late])
        forest = scores["IsolationForest on deviations"]
        ranks = [np.argsort(np.argsort(one)) for one in (forest, simple[late])]
        scores["robust + IsolationForest, mean rank"] = ranks[0] + ranks[1]
        for name, one in scores.items():
            results[name].append(measured(one, truth, kinds, budget))
        print(f"seed {seed}: {len(keys):,} account-days, {int(truth.sum())} of attacks, {each:.2f} us an activity", flush=True)
    show(results)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
