#!/usr/bin/env python3
"""A machine that publishes with Python and paho-mqtt (1.6 or 2.x): numbered messages, and a receipt that says when they
are on the data center's disk.

    apt-get install python3-paho-mqtt        (or: pip install paho-mqtt)
    npm start                                a data center with its broker, in another terminal
    python3 examples/publish.py 127.0.0.1 1883

What is not on the data center's disk when this program ends is lost with it: the library for Node keeps an outbox
(docs/edge.md), and so does `conche edge` for any program on the same machine.
"""

import json
import sys
import threading
import uuid
from datetime import datetime, timezone

import paho.mqtt.client as mqtt

HOST = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 1883
MACHINE = "tunis-01/line-a/s5_tempering/temper-01"

BOOT = uuid.uuid4().hex  # one per start of this program
seq = 0
on_disk = threading.Event()


def message(**fields):
    """A payload of version 2 with the next number; the numbers of a machine have no holes."""
    global seq
    seq += 1
    now = datetime.now(timezone.utc).isoformat()
    return json.dumps({"v": 2, "boot": BOOT, "seq": seq, "ts": now, **fields})


def received(client, userdata, arrived):
    receipt = json.loads(arrived.payload)
    if receipt["boot"] == BOOT and receipt["through"] >= 3:
        print(f"on disk through number {receipt['through']}, missing {receipt.get('missing', [])}")
        on_disk.set()


def connected(client, *_):
    client.subscribe(f"datacenter/{MACHINE}/receipt", qos=1)
    state = {"state": "Execute", "product_type": "dark", "batch_id": "B20260111-DA-0042"}
    client.publish(f"factory/{MACHINE}/state", message(**state), qos=1, retain=True)
    tags = {"temp_c": 31.4, "viscosity_cP": 1222}
    batch = {"product_type": "dark", "batch_id": "B20260111-DA-0042"}
    client.publish(f"factory/{MACHINE}/telemetry", message(tags=tags, **batch), qos=0)
    alarm = {"alarm_id": "temp-high", "event": "raised", "code": "TEMP_OUT_OF_RANGE", "priority": "high"}
    client.publish(f"factory/{MACHINE}/alarm", message(message="too warm", **alarm), qos=1)


if hasattr(mqtt, "CallbackAPIVersion"):  # paho-mqtt 2
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="temper-01")
else:
    client = mqtt.Client(client_id="temper-01")
client.on_connect = connected
client.on_message = received
# What the broker says for this machine when it is gone without a goodbye.
client.will_set(f"factory/{MACHINE}/state", '{"ts":"unknown","state":"OFFLINE"}', qos=1, retain=True)
client.connect(HOST, PORT)
client.loop_start()
arrived = on_disk.wait(timeout=30)
client.disconnect()
client.loop_stop()
sys.exit(0 if arrived else "no receipt within 30 seconds: is a data center there?")
