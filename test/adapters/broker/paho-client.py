"""A machine and a reader made with Paho: every QoS, then what was said while the reader was away.

    paho-client.py PORT VERSION TOPIC

Prints what the reader has got as JSON, one message a line. Takes Paho 1.6 and 2.
"""

import json
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PORT, FIVE, TOPIC = int(sys.argv[1]), sys.argv[2] == "5", sys.argv[3]
PATIENCE_S = 200


def wait(event, what):
    if not event.wait(PATIENCE_S):
        sys.exit(f"no {what} within {PATIENCE_S} s")
    event.clear()


def connected(name, keeps, on_message=None):
    """A client that the broker has accepted, and whether it had kept a session of its name."""
    words = {"client_id": name, "protocol": mqtt.MQTTv5 if FIVE else mqtt.MQTTv311}
    if not FIVE:
        words["clean_session"] = not keeps
    if hasattr(mqtt, "CallbackAPIVersion"):
        words["callback_api_version"] = mqtt.CallbackAPIVersion.VERSION1
    client = mqtt.Client(**words)
    accepted = threading.Event()
    present = []

    def on_connect(_client, _userdata, flags, code, *_properties):
        if code != 0:
            sys.exit(f"refused: {code}")
        present.append(bool(flags["session present"]))
        accepted.set()

    client.on_connect = on_connect
    client.on_message = on_message
    if FIVE:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 600 if keeps else 0
        client.connect("127.0.0.1", PORT, clean_start=not keeps, properties=properties)
    else:
        client.connect("127.0.0.1", PORT)
    client.loop_start()
    wait(accepted, "CONNACK")
    return client, present[0]


def leave(client):
    gone = threading.Event()
    client.on_disconnect = lambda *_: gone.set()
    client.disconnect()
    wait(gone, "end")
    client.loop_stop()


def say(client, text, qos):
    properties = None
    if FIVE:
        properties = Properties(PacketTypes.PUBLISH)
        properties.ContentType = "text/plain"
        properties.UserProperty = [("b", "1"), ("a", "2")]
    client.publish(TOPIC, text, qos, properties=properties).wait_for_publish()


got = threading.Semaphore(0)
heard = []


def on_message(_client, _userdata, message):
    properties = message.properties.json() if FIVE else {}
    more = {"type": properties.get("ContentType"), "user": properties.get("UserProperty")} if FIVE else {}
    heard.append({"text": message.payload.decode(), "qos": message.qos, **more})
    got.release()


def wait_for(count):
    for _ in range(count):
        if not got.acquire(timeout=PATIENCE_S):
            sys.exit(f"of {count} messages only {heard} within {PATIENCE_S} s")


reader, present = connected("paho-reader", True, on_message)
assert not present
subscribed = threading.Event()
reader.on_subscribe = lambda *_: subscribed.set()
reader.subscribe("factory/#", 2)
wait(subscribed, "SUBACK")
speaker, _ = connected("paho-speaker", False)
for qos in (0, 1, 2):
    say(speaker, f"live {qos}", qos)
wait_for(3)
leave(reader)
for qos in (1, 2):
    say(speaker, f"missed {qos}", qos)
reader, present = connected("paho-reader", True, on_message)
assert present, "the session was not kept"
wait_for(2)
leave(reader)
leave(speaker)
for each in heard:
    print(json.dumps(each))
