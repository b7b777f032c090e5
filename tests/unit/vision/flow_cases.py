"""What events must not do, planted in skills, each beside an innocent twin that does the same."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import NamedTuple

__all__ = ["CASES", "Case"]


class Case(NamedTuple):
    """Hold one planted fault and its twin, both whole modules."""

    name: str
    rule: str
    bad: str
    good: str


_TOP = """\
from waooaw import Event, Task

{imports}
class Skills:
    async def act(self, task: Task) -> dict:
{body}
"""


def _module(imports: str, body: str) -> str:
    lines = "".join(f"{line}\n" for line in imports.split("; ") if line)
    return _TOP.format(imports=lines, body=indent(dedent(body).strip("\n"), " " * 8))


def _case(name: str, rule: str, imports: str, bad: str, good: str, also: str = "") -> Case:
    methods = indent(dedent(also), "    ")
    return Case(name, rule, _module(imports, bad) + methods, _module(imports, good) + methods)


PATHS = [
    _case(
        "open",
        "SEC-040",
        "",
        "return {'text': open(task.input['file']).read()}",
        "return {'text': open('terms.txt').read(), 'file': task.input['file']}",
    ),
    _case(
        "with and a variable",
        "SEC-040",
        "",
        """
        name = task.event.data["file"]
        with open("/data/" + name, "w") as file:
            file.write("x")
        """,
        """
        name = task.event.data["file"]
        with open("/data/log", "w") as file:
            file.write(name)
        """,
    ),
    _case(
        "pathlib with a slash",
        "SEC-040",
        "from pathlib import Path",
        "return {'text': (Path('/data') / task.input['file']).read_text()}",
        "return {'text': (Path('/data') / Path(task.input['file']).name).read_text()}",
    ),
    _case(
        "resolved and held inside",
        "SEC-040",
        "from pathlib import Path",
        """
        path = (Path("/data") / task.input["file"]).resolve()
        return {"text": path.read_text()}
        """,
        """
        path = (Path("/data") / task.input["file"]).resolve()
        if not path.is_relative_to("/data"):
            raise ValueError("outside")
        return {"text": path.read_text()}
        """,
    ),
    _case(
        "held inside without resolving",
        "SEC-040",
        "from pathlib import Path",
        """
        path = Path("/data") / task.input["file"]
        if not path.is_relative_to("/data"):
            raise ValueError("outside")
        return {"text": path.read_text()}
        """,
        """
        path = Path("/data") / task.input["file"]
        path = path.resolve()
        path.relative_to("/data")
        return {"text": path.read_text()}
        """,
    ),
    _case(
        "f-string and os.path.join",
        "SEC-040",
        "import os; from os.path import join",
        "os.remove(join('/data', f'{task.input[\"id\"]}.json'))",
        "os.remove(join('/data', f'{int(task.input[\"id\"])}.json'))",
    ),
    _case(
        "realpath and startswith",
        "SEC-040",
        "import os",
        """
        path = os.path.join("/data", task.input["file"])
        if not path.startswith("/data/"):
            raise ValueError
        os.unlink(path)
        """,
        """
        path = os.path.realpath(os.path.join("/data", task.input["file"]))
        if not path.startswith("/data/"):
            raise ValueError
        os.unlink(path)
        """,
    ),
    _case(
        "common path",
        "SEC-040",
        "import os, shutil",
        """
        path = os.path.realpath(task.input["folder"])
        shutil.rmtree(path)
        """,
        """
        path = os.path.realpath(task.input["folder"])
        if os.path.commonpath(["/data", path]) != "/data":
            raise ValueError
        shutil.rmtree(path)
        """,
    ),
    _case(
        "through a method",
        "SEC-040",
        "from pathlib import Path",
        """
        return self.load(task.input["file"])
        """,
        """
        return self.load("terms.txt") | {"file": task.input["file"]}
        """,
        "def load(self, name):\n    return {'text': Path(name).read_text()}",
    ),
    _case(
        "in a thread",
        "SEC-040",
        "import asyncio, shutil",
        "await asyncio.to_thread(shutil.copy, task.input['from'], '/data/in')",
        "await asyncio.to_thread(shutil.copy, '/data/template', '/data/in')",
    ),
    _case(
        "the key of a task",
        "SEC-040",
        "import hashlib",
        "open(f'/data/{task.key}.json', 'w').write('{}')",
        "open(f'/data/{hashlib.sha256(task.key.encode()).hexdigest()}.json', 'w').write('{}')",
    ),
    _case(
        "checked by a pattern",
        "SEC-040",
        "import re",
        """
        name = task.input["file"]
        if not re.match(r".*", name):
            raise ValueError
        open(name)
        """,
        """
        name = task.input["file"]
        if not re.fullmatch(r"[a-z0-9-]{1,40}", name):
            raise ValueError
        open(name)
        """,
    ),
    _case(
        "one of few",
        "SEC-040",
        "",
        """
        name = task.input["file"]
        if name in {"terms", "prices"}:
            return {}
        open(name)
        """,
        """
        name = task.input["file"]
        if name in {"terms", "prices"}:
            open(name)
        """,
    ),
    _case(
        "loop over a list",
        "SEC-040",
        "import os",
        """
        for name in task.input["files"]:
            os.remove(name)
        """,
        """
        for name in ("a.txt", "b.txt"):
            os.remove(name)
        """,
    ),
    _case(
        "comprehension",
        "SEC-040",
        "from pathlib import Path",
        "return {'t': [Path(one).read_text() for one in task.input['files']]}",
        "return {'t': [Path(one).read_text() for one in FILES if one in task.input['files']]}",
    ),
    _case(
        "name of a temporary file",
        "SEC-040",
        "import tempfile",
        "tempfile.mkstemp(prefix=task.input['name'])",
        "tempfile.mkstemp(prefix='order')",
    ),
    _case(
        "unpacked somewhere",
        "SEC-040",
        "import zipfile",
        "zipfile.ZipFile('/data/in.zip').extractall(task.input['folder'])",
        "zipfile.ZipFile('/data/in.zip').extractall('/data/out')",
    ),
    _case(
        "sqlite file",
        "SEC-040",
        "import sqlite3",
        "sqlite3.connect(task.input['database'])",
        "sqlite3.connect('/data/orders.db').execute('select ?', [task.input['database']])",
    ),
    _case(
        "slashes refused",
        "SEC-040",
        "",
        """
        name = task.input["file"]
        if ".." in name:
            raise ValueError
        open(name)
        """,
        """
        name = task.input["file"]
        if "/" in name or ".." in name:
            raise ValueError
        open("/data/" + name)
        """,
    ),
]

URLS = [
    _case(
        "get",
        "SEC-041",
        "import httpx",
        "return httpx.get(task.input['url'], timeout=5).json()",
        "return httpx.get('https://pay.example', params={'u': task.input['url']}, timeout=5)",
    ),
    _case(
        "host in front",
        "SEC-041",
        "import requests",
        "requests.post(f'https://{task.input[\"region\"]}.pay.example/x', timeout=5)",
        "requests.post('https://pay.example/x', json={'region': task.input['region']}, timeout=5)",
    ),
    _case(
        "session in a with",
        "SEC-041",
        "import aiohttp",
        """
        async with aiohttp.ClientSession() as session:
            async with session.get("http://" + task.event.data["host"]) as answer:
                return await answer.json()
        """,
        """
        async with aiohttp.ClientSession() as session:
            async with session.get("http://pay.example", params=task.event.data) as answer:
                return await answer.json()
        """,
    ),
    _case(
        "client in an attribute",
        "SEC-041",
        "",
        "await self.client.post(task.input['callback_url'], json={})",
        "await self.client.post('/orders', json={'callback_url': task.input['callback_url']})",
    ),
    _case(
        "urlopen",
        "SEC-041",
        "from urllib.request import Request, urlopen",
        "urlopen(Request(task.input['link']), timeout=5)",
        "urlopen(Request('https://pay.example', data=task.input['link'].encode()), timeout=5)",
    ),
    _case(
        "socket",
        "SEC-041",
        "import socket",
        "socket.create_connection((task.input['host'], 25), timeout=5)",
        "socket.create_connection(('mail.example', 25), 5).send(task.input['host'].encode())",
    ),
    _case(
        "joined",
        "SEC-041",
        "import httpx; from urllib.parse import urljoin",
        "httpx.get(urljoin('https://pay.example/', task.input['next']), timeout=5)",
        "httpx.get(urljoin('https://pay.example/', PAGES[task.input['next']]), timeout=5)",
    ),
    _case(
        "host compared",
        "SEC-041",
        "import httpx; from urllib.parse import urlsplit",
        """
        url = task.input["url"]
        if urlsplit(url).scheme not in {"https"}:
            raise ValueError
        httpx.get(url, timeout=5)
        """,
        """
        url = task.input["url"]
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.hostname not in {"pay.example"}:
            raise ValueError
        httpx.get(url, timeout=5)
        """,
    ),
    _case(
        "host in a variable",
        "SEC-041",
        "import httpx; from urllib.parse import urlparse",
        """
        url = task.input["url"]
        host = urlparse(url).netloc
        if not host:
            raise ValueError
        httpx.get(url, timeout=5)
        """,
        """
        url = task.input["url"]
        host = urlparse(url).netloc
        if host != "pay.example":
            raise ValueError
        httpx.get(url, timeout=5)
        """,
    ),
    _case(
        "prefix",
        "SEC-041",
        "import httpx",
        """
        url = task.input["url"]
        if url.startswith("https://"):
            httpx.get(url, timeout=5)
        """,
        """
        url = task.input["url"]
        if url.startswith("https://pay.example/"):
            httpx.get(url, timeout=5)
        """,
    ),
    _case(
        "a validator of one's own",
        "SEC-041",
        "import httpx; from urllib.parse import urlsplit",
        """
        self.check(task.input["url"])
        httpx.get(task.input["url"], timeout=5)
        """,
        """
        self.check_host(task.input["url"])
        httpx.get(task.input["url"], timeout=5)
        """,
        """
        def check(self, url):
            if not url:
                raise ValueError

        def check_host(self, url):
            if urlsplit(url).hostname not in {"pay.example"}:
                raise ValueError
        """,
    ),
    _case(
        "request with a method",
        "SEC-041",
        "import httpx",
        "httpx.request('GET', task.input['url'], timeout=5)",
        "httpx.request('GET', self.base + '/x', headers={'x': task.input['url']}, timeout=5)",
    ),
    _case(
        "dictionary of its own",
        "SEC-041",
        "import httpx",
        """
        call = {"url": task.input["url"], "id": task.key}
        httpx.get(call["url"], timeout=5)
        """,
        """
        call = {"url": "https://pay.example", "id": task.key}
        httpx.get(call["url"], params=call, timeout=5)
        """,
    ),
]

URLS += [
    _case(
        "end of a host",
        "SEC-041",
        "import httpx; from urllib.parse import urlsplit",
        """
        url = task.input["url"]
        if not urlsplit(url).hostname.endswith("pay.example"):
            raise ValueError
        httpx.get(url, timeout=5)
        """,
        """
        url = task.input["url"]
        if not urlsplit(url).hostname.endswith(".pay.example"):
            raise ValueError
        httpx.get(url, timeout=5)
        """,
    ),
]

STATEMENTS = [
    _case(
        "f-string",
        "SEC-042",
        "",
        "self.db.execute(f\"SELECT * FROM orders WHERE id = '{task.input['id']}'\")",
        "self.db.execute('SELECT * FROM orders WHERE id = ?', (task.input['id'],))",
    ),
    _case(
        "percent",
        "SEC-042",
        "",
        "cursor.execute('DELETE FROM x WHERE id = %s' % task.input['id'])",
        "cursor.execute('DELETE FROM x WHERE id = %s', [task.input['id']])",
    ),
    _case(
        "format",
        "SEC-042",
        "",
        """
        query = "select * from x where name = '{}'".format(task.input["name"])
        await connection.fetchrow(query)
        """,
        """
        query = "select * from {} where name = $1".format(TABLE)
        await connection.fetchrow(query, task.input["name"])
        """,
    ),
    _case(
        "constant and format",
        "SEC-042",
        "QUERY = 'select * from x where id = {id}'",
        "self.pool.execute(QUERY.format(id=task.input['id']))",
        "self.pool.execute(QUERY.format(id=int(task.input['id'])))",
    ),
    _case(
        "put together in steps",
        "SEC-042",
        "",
        """
        sql = "select * from orders"
        sql += " where customer = '" + task.event.subject + "'"
        self.session.execute(sql)
        """,
        """
        sql = "select * from orders"
        sql += " where customer = :customer"
        self.session.execute(sql, {"customer": task.event.subject})
        """,
    ),
    _case(
        "sorted by one of few columns",
        "SEC-042",
        "",
        "self.conn.execute(f\"select * from x order by {task.input['column']}\")",
        """
        column = task.input["column"]
        if column not in ("name", "date"):
            column = "name"
        self.conn.execute(f"select * from x order by {column}")
        """,
    ),
    _case(
        "sqlalchemy",
        "SEC-042",
        "from sqlalchemy import text",
        "self.run(text(f\"update x set a = '{task.input['a']}'\"))",
        "self.run(text('update x set a = :a'), {'a': task.input['a']})",
    ),
    _case(
        "raw",
        "SEC-042",
        "",
        "self.cursor.execute(task.input['sql'])",
        "self.executor.execute(task.input['sql'])",
    ),
    _case(
        "joined list",
        "SEC-042",
        "",
        "cur.execute('select * from x where id in (' + ','.join(task.input['ids']) + ')')",
        """
        marks = ",".join("?" for _ in task.input["ids"])
        cur.execute(f"select * from x where id in ({marks})", task.input["ids"])
        """,
    ),
]

COMMANDS = [
    _case(
        "program",
        "SEC-043",
        "import subprocess",
        "subprocess.run([task.input['tool'], '--help'], check=True)",
        "subprocess.run(['convert', task.input['tool']], check=True)",
    ),
    _case(
        "line",
        "SEC-043",
        "import subprocess",
        "subprocess.run('convert ' + task.input['file'], shell=True, check=True)",
        "subprocess.run(['convert', '--', task.input['file']], check=True)",
    ),
    _case(
        "shell in a list",
        "SEC-043",
        "import subprocess",
        "subprocess.check_output(['bash', '-c', f'ls {task.input[\"x\"]}'])",
        "subprocess.check_output(['bash', 'report.sh', task.input['x']])",
    ),
    _case(
        "asynchronous",
        "SEC-043",
        "import asyncio",
        "await asyncio.create_subprocess_exec(task.input['tool'], 'x')",
        "await asyncio.create_subprocess_exec('tool', task.input['x'])",
    ),
    _case(
        "a list and another",
        "SEC-043",
        "import subprocess",
        "subprocess.run(task.input['command'] + ['-q'], check=True)",
        "subprocess.run(['convert'] + task.input['arguments'], check=True)",
    ),
    _case(
        "a shell, word by word",
        "SEC-043",
        "import asyncio",
        "await asyncio.create_subprocess_exec('/bin/sh', '-c', 'echo ' + task.input['x'])",
        "await asyncio.create_subprocess_exec('/bin/echo', '-c', task.input['x'])",
    ),
    _case(
        "split",
        "SEC-043",
        "import shlex, subprocess",
        """
        command = task.input["command"]
        subprocess.Popen(shlex.split(command))
        """,
        """
        command = ["convert", *task.input["arguments"]]
        subprocess.Popen(command)
        """,
    ),
    _case(
        "one of few programs",
        "SEC-043",
        "import subprocess; TOOLS = {'pdf': 'pdftotext'}",
        "subprocess.run([task.input['kind'], 'x'], check=True)",
        "subprocess.run([TOOLS[task.input['kind']], 'x'], check=True)",
    ),
    _case(
        "over ssh",
        "SEC-043",
        "import shlex",
        "self.ssh.exec_command('rm ' + task.input['file'])",
        "self.ssh.exec_command('rm ' + shlex.quote(task.input['file']))",
    ),
]

PROMPTS = [
    _case(
        "sum",
        "SEC-044",
        "",
        """
        prompt = "Summarise: " + task.input["text"]
        return await self.model.complete(prompt)
        """,
        """
        prompt = f"Summarise:\\n<complaint>{task.input['text']}</complaint>"
        return await self.model.complete(prompt)
        """,
    ),
    _case(
        "user's message",
        "SEC-044",
        "",
        """
        return await self.client.messages.create(
            model="m",
            messages=[{"role": "user", "content": f"Is this rude? {task.input['text']}"}],
        )
        """,
        """
        return await self.client.messages.create(
            model="m",
            system="Say whether this is rude.",
            messages=[{"role": "user", "content": task.input["text"]}],
        )
        """,
    ),
    _case(
        "system prompt",
        "SEC-044",
        "",
        """
        return await self.client.messages.create(
            system=task.input["tone"], messages=[{"role": "user", "content": "hello"}]
        )
        """,
        """
        return await self.client.messages.create(
            system=TONES[task.input["tone"]], messages=[{"role": "user", "content": "hello"}]
        )
        """,
    ),
    _case(
        "system message",
        "SEC-044",
        "",
        "return self.ask([{'role': 'system', 'content': 'You help ' + task.input['name']}])",
        """
        you = {"role": "system", "content": "You help"}
        return self.ask([you, {"role": "user", "content": task.input["name"]}])
        """,
    ),
    _case(
        "template of a module",
        "SEC-044",
        "PROMPT = 'Answer this question: {question}'",
        "return await self.llm.ainvoke(PROMPT.format(question=task.input['question']))",
        "return await self.llm.ainvoke(PROMPT.format(question=repr(task.input['question'])))",
    ),
    _case(
        "as JSON",
        "SEC-044",
        "import json",
        "return self.gpt.generate(prompt=f'Classify the event {task.event.data}')",
        "return self.gpt.generate(prompt=f'Classify the event {json.dumps(task.event.data)}')",
    ),
    _case(
        "lines",
        "SEC-044",
        "",
        """
        text = "\\n".join(["Write a letter about", task.input["topic"]])
        return self.llm.generate(text)
        """,
        """
        text = "\\n".join(["Write a letter about", "---", task.input["topic"], "---"])
        return self.llm.generate("Write a letter about what the user says")
        """,
    ),
    _case(
        "a list of lines",
        "SEC-044",
        "import json",
        """
        lines = ["Write a letter about"]
        lines.append(task.input["topic"])
        return self.llm.generate("\\n".join(lines))
        """,
        """
        lines = ["Write a letter about"]
        lines.append(json.dumps(task.input["topic"]))
        return self.llm.generate("\\n".join(lines))
        """,
    ),
    _case(
        "quoted by a format",
        "SEC-044",
        "",
        "prompt = f'Rate {task.input[\"x\"]!s}'",
        "prompt = f'Rate {task.input[\"x\"]!r}'",
    ),
    _case(
        "a function that asks",
        "SEC-044",
        "from house import ask_model",
        "return await ask_model('Is this rude? ' + task.input['text'])",
        "return await ask_model('Is this rude?', task.input['text'])",
    ),
    _case(
        "parts of a message",
        "SEC-044",
        "",
        """
        text = f"Translate into English: {task.input['text']}"
        parts = [{"type": "text", "text": text}]
        return await self.api.send([{"role": "user", "content": parts}])
        """,
        """
        parts = [
            {"type": "text", "text": "Translate into English:"},
            {"type": "text", "text": task.input["text"]},
        ]
        return await self.api.send([{"role": "user", "content": parts}])
        """,
    ),
    _case(
        "the runtime's question",
        "SEC-044",
        "from waooaw import Question",
        "return Question(task.key, system='Decide on ' + task.input['x'], facts='', choices=())",
        "return Question(task.key, system='Decide.', facts=task.input['x'], choices=())",
    ),
    _case(
        "completions",
        "SEC-044",
        "from openai import AsyncOpenAI",
        "return await AsyncOpenAI().responses.create(model='m', input='Rate ' + task.input['x'])",
        "return await AsyncOpenAI().responses.create(model='m', input=task.input['x'])",
    ),
]

OTHERS = [
    _case(
        "template",
        "SEC-045",
        "import jinja2",
        "return {'t': jinja2.Template(task.input['t']).render()}",
        "return {'t': jinja2.Template('{{ t }}').render(t=task.input['t'])}",
    ),
    _case(
        "from_string",
        "SEC-045",
        "",
        "return {'t': self.environment.from_string('Hello ' + task.input['t']).render()}",
        "return {'t': self.environment.from_string('Hello {{ t }}').render(t=task.input['t'])}",
    ),
    _case(
        "format",
        "SEC-045",
        "",
        "return {'t': task.input['t'].format(self)}",
        "return {'t': '{}'.format(task.input['t'])}",
    ),
    _case(
        "getattr",
        "SEC-046",
        "",
        "return getattr(self, task.input['operation'])()",
        "return getattr(self, 'operation')(task.input['operation'])",
    ),
    _case(
        "getattr with a table",
        "SEC-046",
        "",
        "return getattr(self, 'do_' + task.input['operation'])()",
        """
        operation = task.input["operation"]
        if operation not in OPERATIONS:
            raise ValueError
        return getattr(self, operation)()
        """,
    ),
    _case(
        "globals",
        "SEC-046",
        "",
        "return globals()[task.input['operation']]()",
        "return OPERATIONS[task.input['operation']]()",
    ),
    _case(
        "import",
        "SEC-046",
        "import importlib",
        "return importlib.import_module(task.input['module']).run()",
        "return importlib.import_module('json').dumps(task.input['module'])",
    ),
    _case(
        "pattern",
        "SEC-047",
        "import re",
        "return {'found': bool(re.search(task.input['pattern'], 'text'))}",
        "return {'found': bool(re.search('pattern', task.input['text']))}",
    ),
    _case(
        "unquoted",
        "SEC-048",
        "import httpx; from urllib.parse import quote",
        "httpx.get(f'https://pay.example/orders/{task.input[\"id\"]}', timeout=5)",
        'httpx.get(f\'https://pay.example/orders/{quote(task.input["id"], safe="")}\', timeout=5)',
    ),
]

CASES = [*PATHS, *URLS, *STATEMENTS, *COMMANDS, *PROMPTS, *OTHERS]
