"""Cleaning opens no file and no connection and starts nothing, whatever a page asks for."""

import subprocess
import sys

PROGRAM = """
import sys
from schemas.messages import ArticleMessage
from worker.cleaning import clean

PAGE = '''<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/hostname">]><html><head>
<base href="http://127.0.0.1:1/"><link rel="stylesheet" href="http://127.0.0.1:1/s.css">
<meta http-equiv="refresh" content="0;url=http://127.0.0.1:1/"><title>&a;{{7*7}}${7*7}</title>
<script src="http://127.0.0.1:1/x.js"></script></head><body><iframe src="file:///etc/passwd"></iframe>
<object data="../../../../etc/passwd"></object><img src="http://127.0.0.1:1/p.png">
<p>Talks on the ferry agreement resumed in Oslo on Monday, the ministry said. {{7*7}} %(x)s ${7*7} &a;</p>
<p>Both sides said that they would meet again on Friday to go through what was left open.</p></body></html>'''

def run():
    for kind in ("text/html", "text/plain"):
        article = clean(ArticleMessage(body=PAGE, content_type=kind, url="file:///etc/passwd", title="../../x"))
        assert "{{7*7}} %(x)s ${7*7}" in article.text, article.text

run()  # word lists and the language model are read once
seen = []
WATCHED = ("open", "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "exec", "compile", "import")
sys.addaudithook(lambda event, arguments: seen.append((event, arguments)) if event.startswith(WATCHED) else None)
run()
assert not seen, seen
"""


def test_a_page_reaches_neither_files_nor_network() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
