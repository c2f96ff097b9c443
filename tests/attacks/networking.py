"""Attacks over the network: out to the world, to the machine's own services, and into other workers."""

from __future__ import annotations

from tests.attacks.attack import Attack, at_load

ATTACKS: list[Attack] = [
    at_load(
        "network-tcp",
        "connect to the machine's own TCP services and to the world",
        """
def attack():
    for host, port in (("127.0.0.1", PORT), ("::1", 22), ("1.1.1.1", 53), ("169.254.169.254", 80)):
        try:
            socket.create_connection((host, port), 1)
            tell(host, port)
        except OSError:
            pass
""",
    ),
    at_load(
        "network-udp-and-names",
        "send UDP packets and ask for names",
        """
def attack():
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for host in ("1.1.1.1", "8.8.8.8", "255.255.255.255"):
        try:
            sender.sendto(b"hello", (host, 53))
            tell(host)
        except OSError:
            pass
    try:
        tell(socket.gethostbyname("example.org"))
    except OSError:
        pass
""",
    ),
    at_load(
        "network-unix-sockets",
        "connect to unix sockets of the machine, those with a path and those without",
        """
def attack():
    for place in ("/var/run/docker.sock", "/run/dbus/system_bus_socket", "\\0" + MARK, "\\0/tmp/dbus"):
        try:
            socket.socket(socket.AF_UNIX).connect(place)
            tell(place)
        except OSError:
            pass
""",
    ),
    at_load(
        "network-listening",
        "listen, on TCP and on a named unix socket, for somebody to come",
        """
kept = []
def attack():
    for family, address in ((socket.AF_INET, ("0.0.0.0", 0)), (socket.AF_UNIX, "\\0" + MARK + "2")):
        try:
            kept.append(socket.socket(family))
            kept[-1].bind(address)
            kept[-1].listen()
        except OSError:
            pass
""",
    ),
    at_load(
        "network-raw-and-odd",
        "open raw, packet, netlink and kernel-crypto sockets",
        """
def attack():
    for family, kind in ((2, 3), (17, 3), (38, 5), (40, 1), (16, 3)):
        try:
            found = socket.socket(family, kind)
            if family in (17, 40) or kind == 3 and family == 2:
                tell(family, kind)
        except OSError:
            pass
""",
    ),
]
