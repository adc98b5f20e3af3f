"""The people at work: each repeats one procedure of the district, whatever is killed meanwhile."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import random
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import requests
from bench.kill.caller import Api, Browser, Over, fresh_key
from bench.kill.ledger import Ledger, Line

PASSWORD = "Linli-2026-demo"
COMMUNITY, OFFICER, DISTRICT, HEAD = "huangzhiqiang", "linxiaoyan", "wuminjie", "zhengguanghui"
FOUNDERS = ("chenxiumei", "luyuanxing")
ADMIN, SECURITY, HOLDER = "mazhanpeng", "guoqingyi", "yangzehao"
PEOPLE = [*FOUNDERS, COMMUNITY, OFFICER, DISTRICT, HEAD, SECURITY]
AREA = "440511004001"
DRAFT = {
    "kind": "culture",
    "purpose": "面向社区老人和儿童开展书法公益教学",
    "area": AREA,
    "address": "金苑社区文化活动中心 203 室",
    "leader_name": "陈秀梅",
    "leader_id_number": "11010519491231002X",
    "leader_phone": "13800002046",
    "founders": "陈秀梅\n林伟\n黄敏\n吴强\n郑丽",
    "member_count": 11,
    "party_member_count": 2,
    "consented": True,
}
HANZI = str.maketrans("0123456789xflingd", "零一二三四五六七八九第甲乙丙丁戊己")  # a name is written in Chinese
STUCK = 300.0  # seconds after which a job of the background counts as lost
SIZES = (40, 400, 2_600)  # the last one takes two slices
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


class Load:
    """Threads that work until told otherwise; `pause` lets them come to rest between two turns."""

    def __init__(self, root: str, tokens: dict[str, str], ledger: Ledger, seed: int, over: threading.Event) -> None:
        self.root, self.ledger, self.seed, self.over = root, ledger, seed, over
        self.tokens = tokens
        self.areas: list[int] = []  # where people are appointed
        self.browsers = {name: Browser(root, name, PASSWORD, over) for name in (*PEOPLE, ADMIN, HOLDER)}
        self.going = threading.Event()
        self.going.set()
        self.busy: dict[str, bool] = {}
        self.turns: dict[str, int] = {}
        self.threads: list[threading.Thread] = []

    def begin(self) -> None:
        """Everybody starts."""
        works: list[tuple[str, Callable[[Worker], None]]] = [
            ("filing-1", lambda worker: filing(worker, FOUNDERS[0])),
            ("filing-2", lambda worker: filing(worker, FOUNDERS[1])),
            ("import-1", importing),
            ("import-2", importing),
            ("export", exporting),
            ("posts", appointing),
            ("parameters", setting),
            ("tokens", issuing),
        ]
        for name, work in works:
            thread = threading.Thread(target=self._work, args=(name, work), name=name, daemon=True)
            self.threads.append(thread)
            thread.start()

    def _work(self, name: str, work: Callable[[Worker], None]) -> None:
        worker = Worker(self, name)
        while not self.over.is_set():
            self.busy[name] = False
            self.going.wait(1)
            if not self.going.is_set():
                continue
            self.busy[name] = True
            try:
                work(worker)
                self.turns[name] = self.turns.get(name, 0) + 1
            except Over:
                break
            except Exception as error:
                self.ledger.trouble(f"{name}: {type(error).__name__}: {error}")
                time.sleep(1)
        self.busy[name] = False

    def rest(self, patience: float) -> list[str]:
        """Wait until every turn has ended; the names of those that did not."""
        self.going.clear()
        end = time.monotonic() + patience
        while any(self.busy.values()) and time.monotonic() < end:
            time.sleep(0.2)
        return [name for name, busy in self.busy.items() if busy]


class Worker:
    """One thread's hands."""

    def __init__(self, load: Load, name: str) -> None:
        self.load, self.name, self.ledger = load, name, load.ledger
        self.chance = random.Random(f"{load.seed} {name}")
        self.apis = {who: Api(load.root, token, load.over) for who, token in load.tokens.items()}
        self.number = 0

    def fresh(self, word: str) -> str:
        """A name nobody has."""
        self.number += 1
        return f"{word}{self.name.replace('-', '')}{self.load.seed}x{self.number}"

    def ask(self, line: Line, who: str, method: str, path: str, **given: Any) -> requests.Response:
        """Call and write down the answer; sometimes the same once more, which must say the same."""
        key = fresh_key(self.chance) if method == "POST" else ""
        answer = self.apis[who].call(method, path, key=key, **given)
        said = answer.json() if answer.content else {}
        self.ledger.answered(line, answer.status_code, **({"uid": said["uid"]} if "uid" in said else {}))
        if key and answer.ok and "files" not in given and self.chance.random() < 0.3:
            again = self.apis[who].call(method, path, key=key, **given)
            if (again.status_code, again.text) != (answer.status_code, answer.text):
                self.ledger.trouble(f"{path}: {key} was answered {answer.status_code}, then {again.status_code}")
        return answer

    def until(self, who: str, path: str, ends: tuple[str, ...]) -> dict[str, Any]:
        """Read until its state is one of the ends."""
        began, said = time.monotonic(), {}
        while time.monotonic() - began < STUCK:
            answer = self.apis[who].get(path)
            said = answer.json()
            if answer.ok and said["state"]["code"] in ends:
                return said
            time.sleep(0.3)
        raise TimeoutError(f"{path} is still {said.get('state')} after {STUCK:.0f} s")


# --- a case -------------------------------------------------------------------------------------------------------


def filing(worker: Worker, founder: str) -> None:
    """From an empty draft to one of the ends, by API and by pages."""
    begun = worker.ask(worker.ledger.write("begin", founder), founder, "POST", "/cases/filing", json={})
    if not begun.ok:
        raise RuntimeError(f"begin: {begun.status_code} {begun.text[:300]}")
    uid = begun.json()["uid"]
    path = f"/cases/filing/{uid}"
    name = worker.fresh("杀").translate(HANZI) + "书画社"
    draft = {**DRAFT, "name": name}
    line = worker.ledger.write("draft", uid, name)
    before = worker.apis[founder].get(path)
    saved = worker.ask(line, founder, "PATCH", path, json=draft, match=before.headers["ETag"])
    if saved.status_code == 412:
        # Nobody else works on it: a call that was cut had landed.
        again = worker.apis[founder].get(path).json()
        worker.ledger.answered(line, 200)
        if again["title"] != name:
            raise RuntimeError(f"draft {uid} is called {again['title']!r}, not {name!r}")
    elif not saved.ok:
        raise RuntimeError(f"draft: {saved.status_code} {saved.text[:300]}")
    for slot in ("charter", "venue"):
        attach(worker, founder, path, slot)
    if not step(worker, founder, uid, "submit_filing"):
        return
    for _ in range(4):
        state = worker.apis[founder].get(path).json()["state"]["code"]
        roll = worker.chance.random()
        if state == "opinion":
            if roll < 0.15:
                step(worker, founder, uid, "withdraw_filing")
            elif roll < 0.35:
                step(worker, COMMUNITY, uid, "return_filing_to_mend", "材料不清楚，请补。")
            else:
                step(worker, COMMUNITY, uid, "support_filing", "场地可用。")
        elif state == "review":
            if roll < 0.3:
                step(worker, OFFICER, uid, "return_filing_from_street", "缺场地证明。")
            elif roll < 0.4:
                step(worker, OFFICER, uid, "refuse_filing", "与已有的组织重复。")
            else:
                step(worker, OFFICER, uid, "agree_filing")
        elif state == "mend_community":
            step(worker, founder, uid, "resubmit_filing")
        elif state == "mend_street":
            step(worker, founder, uid, "resubmit_filing_to_street")
        else:
            break


def attach(worker: Worker, founder: str, path: str, slot: str) -> None:
    """A paper with content of its own."""
    content = PDF + worker.fresh("% ").encode() + b"\n"
    digest = hashlib.sha256(content).hexdigest()
    line = worker.ledger.write("paper", digest)
    files = {"file": (f"{slot}.pdf", content, "application/pdf")}
    answer = worker.ask(line, founder, "POST", path + "/papers", data={"slot": slot}, files=files)
    if not answer.ok:
        raise RuntimeError(f"paper: {answer.status_code} {answer.text[:300]}")


def step(worker: Worker, who: str, uid: str, name: str, reason: str = "") -> bool:
    """Press a button, by API under a key or on the page; on the page a cut connection means to look again."""
    path = f"/cases/filing/{uid}"
    before = worker.apis[who].get(path)
    line = worker.ledger.write("step", uid, name)
    if worker.chance.random() < 0.35 and who in worker.load.browsers:
        form = {f"{name}-reason": reason} if reason else {}
        answer = worker.load.browsers[who].send(f"{path}/{name}/", **form)
        if answer is not None and answer.status_code in (200, 302):
            worker.ledger.answered(line, answer.status_code)
            return True
        if answer is not None:
            worker.ledger.answered(line, answer.status_code)
            if answer.status_code not in (403, 409):
                raise RuntimeError(f"{name}: {answer.status_code} {answer.text[:200]}")
            return False
        time.sleep(1.0)  # whoever was cut off reads where the case stands
        landed = worker.apis[who].get(path).json()["state"] != before.json()["state"]
        worker.ledger.answered(line, 299 if landed else 499, unsure=True)
        return landed
    match = before.headers["ETag"]
    answer = worker.ask(line, who, "POST", f"{path}/steps/{name}", json={"reason": reason} if reason else {},
                        match=match)  # fmt: skip
    if not answer.ok and answer.status_code not in (403, 409, 412):
        raise RuntimeError(f"{name}: {answer.status_code} {answer.text[:300]}")
    return answer.ok


# --- imports ------------------------------------------------------------------------------------------------------


def workbook(stem: str, count: int, address: str) -> bytes:
    """Rows whose names nobody else has."""
    out = io.StringIO()
    out.write("组织名称,类别,所在社区,活动场所,负责人姓名,负责人手机号,成员人数,备案日期\n")
    for n in range(count):
        out.write(f"{stem}第{n}社,文体,{AREA},{address}{n}号,陈秀梅,138{n:08d},11,2016-05-18\n")
    return out.getvalue().encode("utf-8-sig")


def importing(worker: Worker) -> None:
    """New records, then the same with another address, then one or both taken back."""
    stem, count = worker.fresh("杀"), worker.chance.choice(SIZES)
    first = land(worker, stem, count, "旧址", update=False)
    roll = worker.chance.random()
    if roll < 0.5:
        second = land(worker, stem, count, "新址", update=True)
        if roll < 0.35:
            take_back(worker, second)
    if worker.chance.random() < 0.6:
        take_back(worker, first)


def land(worker: Worker, stem: str, count: int, address: str, *, update: bool) -> str:
    """Upload, wait, decide, apply, wait."""
    line = worker.ledger.write("import", f"{stem}/{address}", count=count, update=update)
    files = {"file": (f"{stem}.csv", workbook(stem, count, address), "text/csv")}
    begun = worker.ask(line, OFFICER, "POST", "/imports/organizations", files=files)
    if not begun.ok:
        raise RuntimeError(f"import: {begun.status_code} {begun.text[:300]}")
    uid = begun.json()["uid"]
    path = f"/imports/organizations/{uid}"
    ready = worker.until(OFFICER, path, ("ready", "failed"))
    expected = {"good": 0, "duplicate": count} if update else {"good": count, "duplicate": 0}
    found = {key: ready["counts"].get(key, 0) for key in expected}
    if found != expected:
        worker.ledger.trouble(f"import {uid}: {ready['state']} {ready['counts']}, expected {expected}")
        return str(uid)
    if update:
        decided = step_of(worker, path, "decide", json={"choice": "update"})
        if not decided.ok:
            raise RuntimeError(f"decide: {decided.status_code} {decided.text[:300]}")
    applied = step_of(worker, path, "apply")
    if not applied.ok:
        raise RuntimeError(f"apply: {applied.status_code} {applied.text[:300]}")
    done = worker.until(OFFICER, path, ("applied",))
    key = "updated" if update else "created"
    if done["counts"].get(key) != count:
        worker.ledger.trouble(f"import {uid}: {done['counts']}, expected {key} {count}")
    return str(uid)


def step_of(worker: Worker, path: str, step: str, **given: Any) -> requests.Response:
    """A step of an import, from what it looks like now."""
    seen = worker.apis[OFFICER].get(path)
    line = worker.ledger.write(step, path.rpartition("/")[2])
    return worker.ask(line, OFFICER, "POST", f"{path}/{step}", match=seen.headers.get("ETag", ""), **given)


def take_back(worker: Worker, uid: str) -> None:
    """Undo and wait."""
    path = f"/imports/organizations/{uid}"
    asked = step_of(worker, path, "undo", json={"partly": False})
    if asked.ok:
        worker.until(OFFICER, path, ("undone",))
    elif asked.status_code != 409:
        raise RuntimeError(f"undo: {asked.status_code} {asked.text[:300]}")


# --- the rest -----------------------------------------------------------------------------------------------------


def exporting(worker: Worker) -> None:
    """A list of the whole district as a file."""
    body = {"columns": ["number", "name", "kind"], "format": worker.chance.choice(["csv", "xlsx"])}
    line = worker.ledger.write("export", worker.fresh("e"))
    asked = worker.ask(line, DISTRICT, "POST", "/exports/organizations", json=body)
    if not asked.ok:
        raise RuntimeError(f"export: {asked.status_code} {asked.text[:300]}")
    path = f"/exports/{asked.json()['uid']}"
    done = worker.until(DISTRICT, path, ("done", "failed"))
    if done["state"]["code"] == "failed":
        worker.ledger.trouble(f"{path} was given up")
        return
    file = worker.apis[DISTRICT].get(path + "/file")
    if (file.status_code, len(file.content)) != (200, done["size"]):
        worker.ledger.trouble(f"{path}/file: {file.status_code}, {len(file.content)} of {done['size']} bytes")
    if worker.chance.random() < 0.5:
        worker.apis[DISTRICT].call("DELETE", path)
    time.sleep(1)


def appointing(worker: Worker) -> None:
    """Proposed by one administrator on a page, agreed by another over the API."""
    cause = worker.fresh("依据")
    area = worker.chance.choice(worker.load.areas)
    words = {"who": "liguizhen", "role": "volunteer", "area": str(area), "since": str(dt.date.today()),
             "cause": cause, "until": str(dt.date.today() + dt.timedelta(days=1))}  # fmt: skip
    line = worker.ledger.write("propose", cause)
    answer = worker.load.browsers[ADMIN].send("/settings/posts/new/", **words)
    if answer is not None:
        worker.ledger.answered(line, answer.status_code)
        if answer.status_code != 302:
            said = re.findall(r'class="[^"]*error[^"]*"[^>]*>([^<]+)', answer.text)
            raise RuntimeError(f"propose: {answer.status_code} {said}")
        uid = answer.headers["Location"].rstrip("/").rpartition("/")[2]
        path = f"/cases/appointment/{uid}"
        seen = worker.apis[SECURITY].get(path)
        if not seen.ok:
            raise RuntimeError(f"appointment: {seen.status_code} {seen.text[:200]}")
        agreed = worker.ledger.write("agree", uid)
        done = worker.ask(agreed, SECURITY, "POST", f"{path}/steps/agree_appointment", json={},
                          match=seen.headers["ETag"])  # fmt: skip
        if not done.ok and done.status_code not in (409, 422):
            raise RuntimeError(f"agree: {done.status_code} {done.text[:300]}")
    time.sleep(0.5)


def setting(worker: Worker) -> None:
    """A parameter from some day on; the reason is unlike any other."""
    reason = worker.fresh("局务会")
    path = "/parameters/filing.days"
    seen = worker.apis[HEAD].get(path)
    day = dt.date.today() + dt.timedelta(days=worker.chance.randrange(1, 300))
    line = worker.ledger.write("parameter", reason)
    body = {"value": worker.chance.randrange(5, 25), "valid_from": str(day), "reason": reason}
    done = worker.ask(line, HEAD, "PUT", path, json=body, match=seen.headers["ETag"])
    if done.status_code == 412:
        worker.ledger.answered(line, 200)  # nobody else sets this one: the call that was cut had landed
    elif not done.ok:
        raise RuntimeError(f"parameter: {done.status_code} {done.text[:300]}")
    time.sleep(0.5)


def issuing(worker: Worker) -> None:
    """A token on the page, used once, then ended."""
    name = worker.fresh("令牌")
    browser = worker.load.browsers[HOLDER]
    line = worker.ledger.write("token", name)
    answer = browser.send("/my/tokens/", name=name, scopes="read:cases", days="7", password=PASSWORD)
    if answer is not None:
        worker.ledger.answered(line, answer.status_code)
        at = answer.text.find("linli_")
        secret = answer.text[at : at + 70]
        if answer.status_code == 200 and at > 0:
            tried = Api(worker.load.root, secret, worker.load.over).get("/cases/filing")
            if tried.status_code != 200:
                worker.ledger.trouble(f"token {name} was given out and is refused: {tried.status_code}")
    page = browser.read("/my/tokens/")
    for uid in re.findall(r"/my/tokens/([\w-]+)/revoke/", page):
        browser.send(f"/my/tokens/{uid}/revoke/")
    time.sleep(1)
