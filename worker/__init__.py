"""Who stands where? Reads news about negotiations and publishes positions."""

import os

# Since 1.32 onnxruntime reports its use to its makers over the network unless this is set before it is imported. A
# program that reads other people's articles tells nobody; who wants the reports sets the variable to 0.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
