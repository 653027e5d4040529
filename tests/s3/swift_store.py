"""A real S3 service for tests: OpenStack Swift's s3api (Debian's python3-swift) with account, container, object and
proxy servers in one process and one ring of one device under DIR. Prints its port; ends with its standard input.
Bucket, region and secret are those of server.mjs, the access key is test:tester.
    /usr/bin/python3 tests/s3/swift_store.py DIR"""
import eventlet

eventlet.monkey_patch()
import os, sys

top, kinds = sys.argv[1], ("account", "container", "object")
os.makedirs(top + "/devices/d1")
with open(top + "/swift.conf", "w") as f:
    f.write("[swift-hash]\nswift_hash_path_suffix = gongqi\nswift_hash_path_prefix = gongqi\n[storage-policy:0]\nname = one\ndefault = yes\n")
with open(top + "/proxy.conf", "w") as f:
    f.write(f"""[DEFAULT]
swift_dir = {top}
[pipeline:main]
pipeline = catch_errors cache listing_formats s3api tempauth slo dlo versioned_writes proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = cn-north-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = a/secret+of/the+test+store .admin
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
""")
from swift.common import storage_policy, utils

utils.SWIFT_CONF_FILE = top + "/swift.conf"
utils.HASH_PATH_SUFFIX = utils.HASH_PATH_PREFIX = b"gongqi"
storage_policy.reload_storage_policies()

from eventlet import wsgi
from swift.account.server import AccountController
from swift.common.ring import RingBuilder
from swift.common.swob import Request
from swift.common.wsgi import loadapp
from swift.container.server import ContainerController
from swift.obj.server import ObjectController

sockets = {k: eventlet.listen(("127.0.0.1", 0)) for k in (*kinds, "proxy")}
quiet = open(os.devnull, "w")
conf = {"devices": top + "/devices", "mount_check": "false", "swift_dir": top, "log_address": "/nonexistent"}
for kind in kinds:
    ring = RingBuilder(4, 1, 1)
    port = sockets[kind].getsockname()[1]
    ring.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1, "ip": "127.0.0.1", "port": port, "device": "d1", "replication_ip": "127.0.0.1", "replication_port": port})
    ring.rebalance()
    ring.get_ring().save(f"{top}/{kind}.ring.gz")
for kind, controller in zip(kinds, (AccountController, ContainerController, ObjectController)):
    eventlet.spawn(wsgi.server, sockets[kind], controller(conf), quiet)
app = loadapp(top + "/proxy.conf")
inner = app
while hasattr(inner, "app"):
    inner = inner.app
made = Request.blank("/v1/AUTH_test/gongqi-test", {"REQUEST_METHOD": "PUT"}).get_response(inner)
assert made.status_int // 100 == 2, made.status
eventlet.spawn(wsgi.server, sockets["proxy"], app, quiet)
print(sockets["proxy"].getsockname()[1], flush=True)
eventlet.tpool.execute(sys.stdin.read)
