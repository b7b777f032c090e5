"""Violating snippets and innocent look-alikes: what one is, the other only seems to be."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from waooaw.vision import all_rules, judge_code, security_rules

DESK = PurePosixPath("src/wow_desk/desk.py")
SKILLS = PurePosixPath("src/wow_desk/skills.py")

VIOLATING = [
    ("SEC-001", "eval('1')"),
    ("SEC-001", "e = eval\ne('1')"),
    ("SEC-001", "import builtins\nbuiltins.exec('x')"),
    ("SEC-001", "from builtins import eval as safe\nsafe('1')"),
    ("SEC-001", "def f():\n    def g(x):\n        return eval(x)\n    return g"),
    ("SEC-001", "list(map(eval, ['1']))"),
    ("SEC-001", "__builtins__['eval']('1')"),
    ("SEC-001", "__builtins__.eval('1')"),
    ("SEC-001", "getattr(__builtins__, 'ev' + 'al')('1')"),
    ("SEC-001", "import os\nos.__builtins__.eval('1')"),
    ("SEC-001", "globals()['eval']('1')"),
    ("SEC-001", "def f(run=eval):\n    return run('1')"),
    ("SEC-001", "(eval if True else print)('1')"),
    ("SEC-001", "[eval][0]('1')"),
    ("SEC-001", "{'e': eval}['e']('1')"),
    ("SEC-001", "for f in (eval, exec):\n    f('1')"),
    ("SEC-001", "a, b = exec, print\na('1')"),
    ("SEC-001", "if (e := compile):\n    e('1', '', 'eval')"),
    ("SEC-001", "@eval\ndef f(): ..."),
    ("SEC-001", "class A:\n    run = eval\n"),
    ("SEC-001", "x = lambda t: eval(t)"),
    ("SEC-001", "from functools import partial\npartial(exec, 'x')()"),
    ("SEC-001", "if False:\n    eval = None\neval('1')"),
    ("SEC-001", "try:\n    f()\nexcept E as eval:\n    pass\neval('1')"),
    ("SEC-001", "print.__self__.eval('1')"),
    ("SEC-001", "import types\ntypes.FunctionType(c, {})()"),
    ("SEC-002", "import ctypes as c\nc.CDLL('libc.so.6').system(b'x')"),
    ("SEC-003", "import shutil\nshutil.os.system('x')"),
    ("SEC-003", "import os\nos.path.os.system('x')"),
    ("SEC-004", "import subprocess\nsubprocess.run('x', **{'shell': True})"),
    ("VIS-C101", "import waooaw\nwaooaw.store.SqliteStore('x')"),
    ("VIS-C110", "import contextlib as c\nwith c.suppress(ValueError, Exception):\n    f()"),
    ("SEC-002", "__import__('os').getcwd()"),
    ("SEC-002", "import importlib\nimportlib.import_module(name)"),
    ("SEC-002", "from importlib import import_module as load\nload(f'{a}.b')"),
    ("SEC-002", "import runpy\nrunpy.run_path('x.py')"),
    ("SEC-003", "import os\nos.system('ls')"),
    ("SEC-003", "from os import system as run\nrun('ls')"),
    ("SEC-003", "import os as o\no.popen('ls')"),
    ("SEC-003", "from os import *\nsystem('ls')"),
    ("SEC-003", "import os\ngetattr(os, 'sys' + 'tem')('ls')"),
    ("SEC-003", "import os\ngetattr(os, f'sys{\"tem\"}')('ls')"),
    ("SEC-003", "import importlib\nimportlib.import_module('os').system('ls')"),
    ("SEC-003", "__import__('os').system('ls')"),
    ("SEC-003", "import sys\nsys.modules['os'].system('ls')"),
    ("SEC-003", "import os\nvars(os)['system']('ls')"),
    ("SEC-003", "import os\nos.__dict__['system']('ls')"),
    ("SEC-003", "import os\nrun = os.system\nagain = run\nagain('ls')"),
    (
        "SEC-003",
        "async def f():\n    import asyncio as a\n    await a.create_subprocess_shell('l')",
    ),
    (
        "SEC-003",
        "try:\n    import posix as p\nexcept ImportError:\n    import nt as p\np.system('l')",
    ),
    ("SEC-004", "import subprocess\nsubprocess.run('ls', shell=True)"),
    ("SEC-004", "from subprocess import Popen as P\nP('ls', shell=1)"),
    ("SEC-004", "import subprocess as s\nrun = s.check_output\nrun('ls', shell=use_shell)"),
    ("SEC-004", "import subprocess\nO = {'shell': True}\nsubprocess.run('ls', **O)"),
    ("SEC-004", "import subprocess\no = dict(shell=True)\nsubprocess.run('ls', **o)"),
    ("SEC-004", "import subprocess, functools\nr = functools.partial(subprocess.run, shell=True)"),
    ("SEC-005", "import pickle\npickle.loads(b)"),
    ("SEC-005", "from pickle import loads\nloads(b)"),
    ("SEC-005", "import marshal as m\nm.load(f)"),
    ("SEC-005", "import numpy as np\nnp.load('x', allow_pickle=True)"),
    ("SEC-006", "import yaml\nyaml.load(t)"),
    ("SEC-006", "from yaml import load, Loader\nload(t, Loader=Loader)"),
    ("SEC-006", "import yaml\nyaml.unsafe_load(t)"),
    ("SEC-007", "import os\ngetattr(os, name)('ls')"),
    ("SEC-007", "().__class__.__base__.__subclasses__()"),
    ("SEC-005", "import torch\ntorch.load('x')"),
    ("SEC-006", "import yaml\nclass L(yaml.Loader): ...\nyaml.load(x, L)"),
    ("SEC-007", "import sys\nsys.modules[name].run()"),
    ("SEC-007", "from operator import attrgetter as g\ng('a' + b)(x)"),
    ("SEC-008", "import tempfile\ntempfile.mktemp()"),
    ("SEC-009", "import requests\nrequests.get('u', verify=False, timeout=1)"),
    ("SEC-009", "import ssl\nssl._create_unverified_context()"),
    ("SEC-001", "import code\ncode.InteractiveConsole().interact()"),
    ("SEC-001", "run = {'x': eval}.get('x')\nimport cProfile\ncProfile.run('x')"),
    ("SEC-002", "def f(spec, module):\n    spec.loader.exec_module(module)"),
    ("SEC-002", "import imp\nimp.load_source('x', 'x.py')"),
    ("SEC-002", "AutoModel.from_pretrained('x', trust_remote_code=True)"),
    ("SEC-003", "import os\nfrom operator import attrgetter\nattrgetter('system')(os)('ls')"),
    ("SEC-003", "import os, operator as o\no.methodcaller('system', 'ls')(os)"),
    ("SEC-005", "import shelve\nshelve.open('x')"),
    ("SEC-005", "import dill as d\nd.loads(b)"),
    ("SEC-005", "from jsonpickle import decode as d\nd(text)"),
    ("SEC-006", "from ruamel.yaml import YAML\nYAML(typ='unsafe').load(x)"),
    ("SEC-009", "def f(client):\n    client.get('u', verify=False)"),
    ("SEC-009", "import requests\ns = requests.Session()\ns.verify = False"),
    ("SEC-009", "import ssl\nc = ssl.create_default_context()\nc.check_hostname = False"),
    ("SEC-009", "import aiohttp\naiohttp.TCPConnector(ssl=False)"),
    ("SEC-009", "import ssl\nssl.SSLContext(ssl.PROTOCOL_TLSv1)"),
    ("SEC-009", "import urllib3\nurllib3.PoolManager(cert_reqs='CERT_NONE')"),
    ("SEC-011", "import tarfile as t\nwith t.open('x') as a:\n    a.extractall('y')"),
    ("SEC-011", "import tarfile\ntarfile.open('x').extract('y')"),
    ("SEC-011", "import tarfile\ntarfile.open('x').extractall('y', filter='fully_trusted')"),
    ("SEC-011", "import tarfile\ndef f(a: tarfile.TarFile):\n    a.extractall()"),
    ("SEC-011", "from shutil import unpack_archive as u\nu('x.tar', 'y')"),
    ("SEC-012", "import xml.etree.ElementTree as E\nE.fromstring(x)"),
    ("SEC-012", "from xml.dom import minidom\nminidom.parseString(x)"),
    ("SEC-012", "from lxml import etree\netree.XMLParser(resolve_entities=True)"),
    ("SEC-013", "import random\ntoken = ''.join(random.choice('ab') for _ in range(9))"),
    ("SEC-013", "import random as r\nuser.otp = r.randint(0, 999999)"),
    ("SEC-013", "from random import getrandbits\nsend(session_id=getrandbits(128))"),
    ("SEC-013", "import random\nx = {'password': random.sample(LETTERS, 8)}"),
    ("SEC-013", "import random\nd['api_key'] = str(random.random())"),
    ("SEC-013", "import random\ndef new_token():\n    if 1:\n        return random.randbytes(8)"),
    ("SEC-013", "import random\ntoken: str = random.choice(x)"),
    ("SEC-013", "import random\ntoken += random.choice(x)"),
    ("SEC-014", "import jwt\njwt.decode(t, k, options={'verify_signature': False})"),
    ("SEC-014", "from jwt import decode\ndecode(t, k, ['HS256', 'none'])"),
    ("SEC-014", "import jwt\njwt.encode({}, '', algorithm='none')"),
    ("SEC-014", "from jose import jwt\njwt.get_unverified_claims(t)"),
    ("SEC-015", "import pdb; pdb.set_trace()"),
    ("SEC-015", "from flask import Flask\napp = Flask('x')\napp.run(debug=True)"),
    ("SEC-010", "def f(:"),
    ("VIS-C100", "x = '\0'"),
    ("VIS-C100", "# -*- coding: utf-7 -*-\nx = 1"),
    ("VIS-C100", "(" * 5000),
    ("VIS-C101", "from waooaw.store import SqliteStore, Entry"),
    ("VIS-C101", "from waooaw.store import SqliteStore as S\nS('x').record(e)"),
    ("VIS-C101", "import waooaw.store.sqlite as s"),
    ("VIS-C101", "import importlib\nimportlib.import_module('waooaw.store')"),
    ("VIS-C102", "import sqlite3 as s\ns.connect('journal.db')"),
    ("VIS-C103", "import waooaw\nclass A(waooaw.Agent):\n    async def handle(self, e): ..."),
    (
        "VIS-C103",
        "from waooaw import Agent as A\nclass B(A): ...\nclass C(B):\n    make_decision = f",
    ),
    (
        "VIS-C103",
        "from waooaw.agent import Agent\nclass A(Agent):\n    def should_wake(self, e): ...",
    ),
    (
        "VIS-C103",
        "import waooaw as w\nB = w.Agent\nclass A(B):\n    if 1:\n        def handle(s): ...",
    ),
    ("VIS-C104", "async def f(a, d, e):\n    await a.execute_task(d, e)"),
    ("VIS-C105", "import requests"),
    ("VIS-C105", "from urllib import request"),
    ("VIS-C105", "import urllib.request as r"),
    ("VIS-C105", "from http.client import HTTPSConnection as H"),
    ("VIS-C105", "def f():\n    import httpx\n    return httpx.get('u', timeout=1)"),
    ("VIS-C105", "import asyncio\nasync def f():\n    await asyncio.open_connection('h', 1)"),
    ("VIS-C105", "try:\n    import aiohttp\nexcept ImportError:\n    aiohttp = None"),
    ("VIS-C105", "TYPE_CHECKING = True\nif TYPE_CHECKING:\n    import httpx"),
    ("VIS-C106", "import anthropic"),
    ("VIS-C106", "from openai import AsyncOpenAI"),
    ("VIS-C106", "from google import genai"),
    ("VIS-C107", "import time\nasync def f():\n    time.sleep(1)"),
    ("VIS-C107", "from time import sleep as nap\nasync def f():\n    [nap(1) for _ in 'ab']"),
    ("VIS-C107", "import requests\nasync def f(s: requests.Session):\n    s.get('u', timeout=1)"),
    ("VIS-C107", "import httpx\nasync def f():\n    with httpx.Client() as c:\n        c.get('u')"),
    ("VIS-C107", "import subprocess\nasync def f():\n    if 1:\n        subprocess.run(['l'])"),
    ("VIS-C108", "print('x')"),
    ("VIS-C109", "import os\nK = os.environ['API_KEY']"),
    ("VIS-C109", "from os import environ as e\nK = e.get('DB_PASSWORD')"),
    ("VIS-C109", "from os import getenv\nK = getenv('AWS_REGION')"),
    ("VIS-C110", "try:\n    f()\nexcept Exception:\n    pass"),
    ("VIS-C110", "try:\n    f()\nexcept:\n    ..."),
    (
        "VIS-C110",
        "for x in y:\n    try:\n        f()\n    except (ValueError, Exception):\n        continue",
    ),
    ("VIS-C110", "from contextlib import suppress\nwith suppress(Exception):\n    f()"),
    ("VIS-C111", "import requests\nrequests.get('u')"),
    ("VIS-C111", "import requests as r\nr.post('u', timeout=None)"),
    ("VIS-C111", "from urllib.request import urlopen\nurlopen('u')"),
    ("VIS-C112", "import waooaw\nwaooaw.Agent.handle = f"),
    ("VIS-C112", "from waooaw import Agent\nsetattr(Agent, 'handle', f)"),
    ("VIS-C112", "import waooaw.agent\nsetattr(waooaw.agent, name, f)"),
    ("VIS-C112", "import waooaw\ndel waooaw.Agent.approve"),
]

INNOCENT = [
    "# eval(x)",
    "x = 'eval(1)'",
    '"""Call os.system("ls") never."""',
    "import re\nre.compile('x')",
    "import runpy\nrunpy.run_module('wow_desk', run_name='__main__')",
    "from operator import attrgetter\nsorted(x, key=attrgetter('name'))",
    "import sys\nme = sys.modules[__name__]",
    "import yaml\nclass L(yaml.SafeLoader): ...\nyaml.load(x, Loader=L)",
    "import torch\ntorch.load('x', weights_only=True)",
    "import ast\nast.literal_eval('1')",
    "model.eval()",
    "def eval(x): return x\neval('1')",
    "def f(eval):\n    return eval('1')",
    "from mymath import eval\neval('1')",
    "class A:\n    def eval(self): ...\nA().eval()",
    "exec_ = 1\nprinted = exec_",
    "eval = int\neval('1')",
    "[eval for eval in (1, 2)]",
    "def f():\n    with open('x') as eval:\n        eval.read()",
    "def f(x):\n    match x:\n        case eval:\n            eval()",
    "def f(x):\n    match x:\n        case [*eval] | {**eval}:\n            eval()",
    "def f():\n    try:\n        g()\n    except ValueError as exec:\n        exec.args",
    "def f():\n    for eval in models:\n        eval()",
    "def f(*exec, **eval):\n    exec.index(eval)",
    "def f():\n    eval: object = 1\n    eval += 1\n    return eval",
    "import os\nos.path.join('a', 'b')",
    "import system\nsystem.run('x')",
    "from mine import system\nsystem('x')",
    "class os:\n    system = print\n",
    "def f(os):\n    os.system('x')",
    "import importlib\nimportlib.import_module('json')",
    "from importlib import metadata\nmetadata.version('x')",
    "import subprocess\nsubprocess.run(['ls'], check=True)",
    "import subprocess\nsubprocess.run(['ls'], shell=False)",
    "import subprocess\nsubprocess.run(['ls'], **options)",
    "import subprocess\nO = {'check': True}\nsubprocess.run(['ls'], **O)",
    "import subprocess\ndef f(**o):\n    subprocess.run(['ls'], **o)",
    "import subprocess\nsubprocess.run(['ls'], **{'shell': False, name: 1, **options})",
    "import types\nisinstance(x, types.FunctionType)",
    "import shop\nshop.os.system('x')",
    "subprocess.run('ls', shell=True)",
    "shop.run(shell=True)",
    "import pickle\npickle.dumps(x)",
    "import json\njson.loads(x)",
    "loads(x)",
    "import yaml\nyaml.safe_load(x)",
    "import yaml\nyaml.load(x, Loader=yaml.SafeLoader)",
    "from yaml import load, CSafeLoader as L\nload(x, L)",
    "getattr(order, name)",
    "import os\ngetattr(os, 'getcwd')()",
    "setattr(self, name, 1)",
    "import tempfile\ntempfile.mkdtemp()",
    "import os\nfrom operator import attrgetter\nattrgetter('getcwd')(os)()",
    "from operator import attrgetter\nattrgetter('system')(order)",
    "AutoModel.from_pretrained('x', trust_remote_code=False)",
    "client.get('u', verify='/etc/house.pem')",
    "signature.check(verify=False)",
    "context.check_hostname = True",
    "self.verify = False",
    "import tarfile\ntarfile.open('x').extractall('y', filter='data')",
    "import tarfile\ntarfile.open('x').extractall('y', members=safe(x))",
    "import zipfile\nzipfile.ZipFile('x').extractall('y')",
    "import shutil\nshutil.unpack_archive('x.zip', 'y', 'zip')",
    "import xml.etree.ElementTree as E\nE.tostring(E.Element('x'))",
    "from defusedxml.ElementTree import fromstring\nfromstring(x)",
    "import random\nwait = random.uniform(0, 1)",
    "import random\nsample = random.sample(orders, 3)\ntoken = read()",
    "import secrets\ntoken = secrets.token_hex(16)",
    "import random\ndef monkey():\n    return random.choice(KEYBOARDS)",
    "import jwt\njwt.decode(t, k, algorithms=['RS256'], options={'require': ['exp']})",
    "import jwt\njwt.decode(t, k, options={'verify_aud': strict})",
    "import random\n(a, b), c[0] = random.choice(x), 1",
    "from flask import Flask\nFlask('x').run(debug=False)",
    "def breakpoint():\n    ...\nbreakpoint()",
    "from waooaw import Agent\nclass A(Agent):\n    home = 1",
    "class Agent: ...\nclass A(Agent):\n    def handle(self, e): ...",
    "from tkinter import Agent\nclass A(Agent):\n    def handle(self, e): ...",
    "import waooaw\nclass H:\n    def handle(self, a: waooaw.Agent): ...",
    "import waooaw\na = waooaw.Agent()\na.title = 'x'",
    "import waooaw\nhandle = waooaw.Agent.handle",
    "import waooaw.store_front",
    "from waooaw import Event, Task",
    "async def f(a, e):\n    return await a.handle(e)",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import httpx",
    "import typing as t\nif t.TYPE_CHECKING:\n    from anthropic import Anthropic",
    "from urllib.parse import urlsplit",
    "import urllib.parse",
    "from http import HTTPStatus",
    "import requests_like\nrequests_like.get('u')",
    "from .requests import Request",
    "from . import openai_style",
    "import wow_desk.httpx_names",
    "requests = []\nrequests.append(1)",
    "import asyncio\nasync def f():\n    await asyncio.sleep(1)",
    "import time\ndef f():\n    time.sleep(1)",
    "import time\nasync def f():\n    def g():\n        time.sleep(1)\n    return g",
    "import asyncio, time\nasync def f():\n    await asyncio.to_thread(time.sleep, 1)",
    "import time\nasync def f():\n    return lambda: time.sleep(1)",
    "import time\nfrom functools import partial\nasync def f(x):\n    x(partial(time.sleep, 1))",
    "import time\nasync def f():\n    return time.monotonic()",
    "async def f(sleep):\n    sleep(1)",
    "import logging\nlogging.info('x')",
    "blueprint('x')",
    "from rich import print\nprint('x')",
    "import os\nL = os.environ.get('LOG_LEVEL')",
    "import os\nos.environ[name]",
    "environ = {}\nenviron['API_KEY']",
    "try:\n    f()\nexcept ValueError:\n    pass",
    "try:\n    f()\nexcept Exception:\n    raise",
    "try:\n    f()\nexcept Exception as e:\n    log(e)",
    "from contextlib import suppress\nwith suppress(KeyError):\n    f()",
    "class Exception2(Exception): ...\ntry:\n    f()\nexcept Exception2:\n    pass",
    "# coding: utf-8\nx = 'é'",
    "x = '\\d'",
    "def f(x: 'eval') -> 'os.system': ...",
    "import os\nprompt = f'never call os.system({1})'",
    "",
]


@pytest.mark.parametrize(("rule", "source"), VIOLATING)
def test_a_violation_is_found_however_it_is_written(rule: str, source: str) -> None:
    """Aliases, nesting, decorators and other spellings hide nothing from a rule."""
    path = SKILLS if rule == "VIS-C111" else DESK

    found = {violation.rule for violation in judge_code({path: source}, all_rules())}

    assert rule in found


@pytest.mark.parametrize("source", INNOCENT)
def test_a_look_alike_is_left_alone(source: str) -> None:
    """What only looks like a violation gives nothing."""
    found = judge_code({DESK: source}, all_rules())

    assert found == ()


def test_the_corpus_is_large_enough() -> None:
    """At least sixty of each kind stand here."""
    assert len(VIOLATING) >= 60
    assert len(INNOCENT) >= 60


@pytest.mark.parametrize(
    "source",
    [
        "import httpx\nasync def f():\n    async with httpx.AsyncClient() as c:\n        ...",
        "import anthropic",
        "import sqlite3",
        "import os\nKEY = os.environ['API_KEY']",
    ],
)
def test_skills_may_reach_the_outside(source: str) -> None:
    """What only skills may do, skills.py and a folder of that name may; nothing else may."""
    nested = PurePosixPath("src/wow_desk/skills/pay.py")
    elsewhere = PurePosixPath("src/wow_desk/inner/skills.py")

    assert judge_code({SKILLS: source, nested: source}, all_rules()) == ()
    assert judge_code({elsewhere: source}, all_rules()) != ()


def test_a_base_class_in_another_file_counts() -> None:
    """A class that inherits the Agent through another module of the package is an Agent."""
    files = {
        PurePosixPath("src/wow_desk/base.py"): "import waooaw\nclass Base(waooaw.Agent): ...",
        PurePosixPath("src/wow_desk/desk.py"): (
            "from .base import Base\nclass Desk(Base):\n    async def handle(self, e): ..."
        ),
    }

    found = judge_code(files, all_rules())

    assert [(one.rule, str(one.path), one.line) for one in found] == [
        ("VIS-C103", "src/wow_desk/desk.py", 3)
    ]


def test_relative_imports_follow_the_package() -> None:
    """`from ..x import y` is resolved from the module's own place, a package's from inside it."""
    files = {
        PurePosixPath("src/wow_desk/__init__.py"): "from .base import Base",
        PurePosixPath("src/wow_desk/base.py"): "from waooaw import Agent as Base",
        PurePosixPath("src/wow_desk/deep/x.py"): (
            "from ..own import Base\nclass A(Base):\n    def handle(self): ..."
        ),
        PurePosixPath("src/wow_desk/own.py"): "import waooaw\nclass Base(waooaw.Agent): ...",
    }

    assert [one.rule for one in judge_code(files, all_rules())] == ["VIS-C103"]


def test_a_place_is_counted_in_characters() -> None:
    """A column is what an editor shows, also behind letters of several bytes."""
    (found,) = judge_code({DESK: "\n'é漢'; eval('1')"}, security_rules())

    assert (found.line, found.column) == (2, 7)


def test_a_violation_is_told_once() -> None:
    """Two patterns of one rule at one place are one violation."""
    found = judge_code({DESK: "import os\nos.system('ls')"}, security_rules())

    assert [one.rule for one in found] == ["SEC-003"]
    assert found[0].message == "os.system starts a shell or another program"


def test_what_globals_rebind_is_followed() -> None:
    """`global` and `nonlocal` bind where they say."""
    source = (
        "run = None\n"
        "def arm():\n    global run\n    import os\n    run = os.popen\n"
        "def outer():\n    go = None\n    def inner():\n        nonlocal go\n        go = run\n"
        "    inner()\n    return go('ls')\n"
    )

    lines = {one.line for one in judge_code({DESK: source}, all_rules()) if one.rule == "SEC-003"}

    assert {5, 12} <= lines
