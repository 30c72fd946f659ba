"""Checks the move from Django and back with a real Django, over HTTP against a local server of its own.

    python test/django/check.py [--custom] [--natural] [--users 50]

Needs django djangorestframework django-rest-knox bcrypt argon2-cffi, and make_dump.py and load_back.py in ../shared/django (or DJANGO_SIDE).
Says "0 passed, 0 failed, 1 skipped" where one of them is missing.
"""
import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIDE = Path(os.environ.get("DJANGO_SIDE", ROOT.parent / "shared" / "django"))
PACKAGES = {"django": "django", "rest_framework": "djangorestframework", "knox": "django-rest-knox", "bcrypt": "bcrypt", "argon2": "argon2-cffi"}
NODE = ["node", "--import", "tsx"]

passed, failed = 0, []


def check(what, holds):
    global passed
    if holds:
        passed += 1
    else:
        failed.append(what)
        print("FAILED", what, flush=True)


def missing():
    names = [package for module, package in PACKAGES.items() if importlib.util.find_spec(module) is None]
    if names:
        return f"there is no {', '.join(names)} for {sys.executable}"
    return None if (SIDE / "make_dump.py").exists() else f"there is no {SIDE / 'make_dump.py'}"


class Server:
    """A backend on this machine with data of its own, without limits on guessing."""

    def __init__(self, data):
        self.data = data
        self.process = subprocess.Popen(
            [*NODE, "bin/start.ts", "--port", "0", "--data-dir", str(data), "-c", "rateLimits=off"],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            found = re.search(r"running at (http://\S+)", line)
            if found:
                self.url = found.group(1)
                break
        else:
            raise SystemExit("The local server did not start.")
        import threading
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def call(self, method, path, token=None, body=None):
        headers = {"Content-Type": "application/json", **({"Authorization": f"Token {token}"} if token else {})}
        request = urllib.request.Request(self.url + path, method=method, headers=headers,
                                         data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                text, status = response.read(), response.status
        except urllib.error.HTTPError as error:
            text, status = error.read(), error.code
        return status, json.loads(text) if text else None

    def login(self, username, password):
        for _ in range(3):
            answer = self.call("POST", "/api/api-token-auth/", body={"username": username, "password": password})
            if answer[0] != 503:  # on a busy machine a call to the database may take too long
                break
        return answer

    def works(self, token):
        return self.call("GET", "/api/dashboard/", token)[0] == 200

    def users(self, *words, fails=False):
        done = subprocess.run([*NODE, "bin/users.ts", *words, "--local", "--data-dir", str(self.data), "--json"],
                              cwd=ROOT, capture_output=True, text=True)
        check(f"users {words[0]} ends as it should: {done.stderr[-300:]}", (done.returncode != 0) == fails)
        return json.loads(done.stdout) if done.stdout.strip().startswith("{") else done.stderr

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def canonical(name):
    return unicodedata.normalize("NFKC", name).casefold()


def can_sign_in(entry):
    return entry["active"] and entry["password"] is not None and not entry["expect"].startswith("no password")


def main():
    cli = argparse.ArgumentParser()
    cli.add_argument("--custom", action="store_true")
    cli.add_argument("--natural", action="store_true")
    cli.add_argument("--users", type=int, default=50)
    args = cli.parse_args()
    reason = missing()
    if reason:
        print(f"The check with a real Django is skipped: {reason}.\n0 passed, 0 failed, 1 skipped")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        kinds = [*(["--custom"] if args.custom else []), *(["--natural"] if args.natural else [])]
        subprocess.run([sys.executable, str(SIDE / "make_dump.py"), str(folder), *kinds, "--users", str(args.users)], check=True)
        server = Server(folder / "data")
        try:
            move(server, folder, args)
        finally:
            server.stop()
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


def move(server, folder, args):
    dump, truth = folder / "dump.json", json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    roles = ["--role", "group:Managers=MANAGER"]
    # A report first, and a conflict stops it.
    planned = server.users("import", str(dump), *roles)
    check("a report writes nothing", planned["written"] is False and server.users("list")["users"] == [])
    stopped = server.users("import", str(dump), *roles, "--write", fails=True)
    check("a conflict stops the import", "Nothing was written" in stopped and server.users("list")["users"] == [])
    done = server.users("import", str(dump), *roles, "--write", "--on-conflict", "skip")
    check("all but the conflict are taken over", done["created"] == len(truth) - 1)
    skipped = {remark["username"] for remark in done["remarks"] if remark["conflict"]}
    remarked = {remark["username"] for remark in done["remarks"]}
    check("the conflict is Bob or bob", skipped in ({"Bob"}, {"bob"}))
    again = server.users("import", str(dump), *roles, "--write", "--on-conflict", "skip")
    check("a second import changes nothing", again["created"] == 0 and again["already_here"] == len(truth) - 1)

    for entry in truth:
        conflict = entry["expect"].startswith("no password") or entry["username"] in skipped | {"twin1"}
        check(f"{entry['username']} is in the report: {entry['expect']}", not conflict or entry["username"] in remarked)
    here = [entry for entry in truth if entry["username"] not in skipped]

    # Tokens, before anybody signs in.
    for entry in here:
        if not entry["token"]:
            continue
        status, body = server.call("GET", "/api/dashboard/", entry["token"])
        if entry["username"] == "mute":
            check("mute signs in again, and is in the report", status == 401 and "mute" in remarked)
        elif not entry["active"]:
            check("a token of somebody inactive says so", (status, body["detail"]) == (401, "User inactive or deleted."))
        else:
            check(f"the token of {entry['username']} works", status == 200)
    for entry in truth:
        if entry["username"] in skipped and entry["token"]:
            check("a skipped user's token opens nothing", not server.works(entry["token"]))

    # Nobody is more than before.
    shown = {user["username"]: user for user in server.users("list", "--limit", "1000")["users"]}
    for name, user in shown.items():
        check(f"{name} has the role that a rule gave", user["role"] == ("MANAGER" if name == "manager" else "CLERK"))

    # Passwords, twice: the second time with the hash that the first one left.
    for entry in here:
        for attempt in (1, 2):
            status, _ = server.login(entry["username"], entry["password"] or "x")
            check(f"login {attempt} of {entry['username']} with {entry['hasher'][:24]}: {status}", (status == 200) == can_sign_in(entry))
        if can_sign_in(entry):
            check(f"a wrong password of {entry['username']}", server.login(entry["username"], entry["password"] + "!")[0] == 400)

    revive_nothing(server, folder, here, roles)
    go_back(server, folder, here, args)


def revive_nothing(server, folder, here, roles):
    """Logout, deletion and a new password here; then a newer dump."""
    with_token = [e for e in here if e["token"] and can_sign_in(e) and e["username"] != "mute"]
    out, gone, changed = with_token[0], with_token[1], with_token[2]
    check("logout", server.call("POST", "/api/logout/", out["token"])[0] == 200)
    body = {"current_password": gone["password"]}
    check("deletion", server.call("DELETE", "/api/auth/users/me/", gone["token"], body)[0] == 204)
    body = {"current_password": changed["password"], "new_password": "Brand-new-lantern-77"}
    check("password change", server.call("POST", "/api/auth/users/set_password/", changed["token"], body)[0] == 204)

    objects = json.loads((folder / "dump.json").read_text(encoding="utf-8"))
    late = [e for e in here if not e["token"] and can_sign_in(e)][:1]
    donor = next(o for o in objects if o["fields"].get("username") == here[-1]["username"])
    hash_of = {o["fields"]["username"]: o["fields"]["password"] for o in objects if "username" in o["fields"]}
    for entry in late:  # signed in there since; ends the sessions here first, so that the token has room
        server.users("end-sessions", entry["username"])
        key = "%040x" % (0xABC << 80 | entry["pk"])
        user = [entry["username"]] if "pk" not in donor else entry["pk"]
        objects.append({"model": "authtoken.token", "pk": key, "fields": {"user": user, "created": "2026-11-28T00:00:00Z"}})
        entry["new token"] = key
    for o in objects:  # changed there since
        if o["fields"].get("username") == changed["username"]:
            o["fields"]["password"] = hash_of[out["username"]]
    newer = folder / "newer.json"
    newer.write_text(json.dumps(objects), encoding="utf-8")
    server.users("import", str(newer), *roles, "--write", "--update", "--on-conflict", "skip")

    check("who logged out stays logged out", not server.works(out["token"]))
    check("whoever was deleted stays deleted", server.login(gone["username"], gone["password"])[0] == 400 and not server.works(gone["token"]))
    check("the password that was changed here holds", server.login(changed["username"], "Brand-new-lantern-77")[0] == 200)
    check("the password from there does not", server.login(changed["username"], out["password"])[0] == 400 or out["password"] == "Brand-new-lantern-77")
    for entry in late:
        check("a token that is new there works", server.works(entry["new token"]))
    here.remove(gone)
    changed["password"] = "Brand-new-lantern-77"


def go_back(server, folder, here, args):
    back, truth = folder / "back.json", folder / "truth-back.json"
    server.users("export", str(back), "--format", "django")
    truth.write_text(json.dumps(here), encoding="utf-8")
    loaded = subprocess.run([sys.executable, str(SIDE / "load_back.py"), str(back), str(truth), *(["--custom"] if args.custom else [])],
                            capture_output=True, text=True)
    print(loaded.stdout, end="")
    check(f"Django loads the export and everybody signs in: {loaded.stderr[-500:]}", loaded.returncode == 0)
    lines = folder / "back.jsonl"
    server.users("export", str(lines), "--format", "jsonl")
    other = Server(folder / "other")
    try:
        done = other.users("import", str(lines), "--write")
        check("our own export is taken over whole", done["skipped"] == 0 and done["created"] == len(here))
        kept = next(e for e in here if e["token"] and can_sign_in(e) and server.works(e["token"]))
        check("with its sessions", other.works(kept["token"]))
    finally:
        other.stop()


if __name__ == "__main__":
    sys.exit(main())
