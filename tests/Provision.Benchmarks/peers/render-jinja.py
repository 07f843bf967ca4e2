#!/usr/bin/python3
# render-jinja.py TEMPLATE COUNT: microseconds a render with Jinja2 and the model beside the template (TEMPLATE's name in .json).
# COUNT 0 prints the text, 1 renders once, more warms up for a second and then renders that often for the figure.
import json
import os
import sys
import time

import jinja2

path, count = sys.argv[1], int(sys.argv[2])
with open(os.path.splitext(path)[0] + ".json", encoding="utf-8") as file:
    model = json.load(file)
environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(os.path.dirname(path)),
    trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
template = environment.get_template(os.path.basename(path))
if count == 0:
    sys.stdout.write(template.render(model))
    sys.exit()
start = time.perf_counter()
while count > 1 and time.perf_counter() - start < 1:
    template.render(model)
start = time.perf_counter()
for _ in range(count):
    template.render(model)
print(f"{(time.perf_counter() - start) / count * 1e6:.1f}")
