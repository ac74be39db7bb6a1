"""Which library runs the learned heads? ONNX Runtime, told before it is loaded to report nothing to anybody.

As it comes, it keeps a device number and a database under the user's cache folder and sends events to its maker. What
a user reads is nobody's business. Only the variable prevents it, and only if it is set before the library is loaded.
"""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime as onnxruntime  # noqa: PLC0414 (given on to who imports it from here)
