#!/usr/bin/env python3
"""A VLAN-aware learning switch over AF_PACKET, for lab.sh.

    switch.py PORT=VLAN... [TRUNK=trunk]

Frames come into an access port without a tag and belong to its VLAN. A trunk
carries VLAN 1 untagged and all others with an IEEE 802.1Q tag. It stands in for
the kernel's bridge with vlan_filtering, which small kernels are built without.
"""
import selectors
import socket
import struct
import sys

SOL_PACKET, PACKET_AUXDATA, ETH_P_ALL, TPID = 263, 8, 3, 0x8100
VLAN_VALID = 1 << 4  # TP_STATUS_VLAN_VALID, linux/if_packet.h
AUXDATA = struct.Struct("=IIIHHHH")
TRUNK, NATIVE = 0, 1


def open_port(name):
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    port.bind((name, 0))
    port.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    # Without membership in this mode a port gives only what is sent to itself.
    mreq = struct.pack("iHH8s", socket.if_nametoindex(name), 1, 0, b"")
    port.setsockopt(SOL_PACKET, 1, mreq)
    return port


def receive(port):
    """A frame without its tag, and the tag's VLAN or None; (None, None) for our own frames."""
    frame, ancillary, _, sender = port.recvmsg(65536, 256)
    if sender[2] == socket.PACKET_OUTGOING:
        return None, None
    for level, kind, octets in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, tci, _ = AUXDATA.unpack_from(octets)
            if status & VLAN_VALID:  # the kernel took the tag out of the frame
                return frame, tci & 0xFFF
    if frame[12:14] == b"\x81\x00":
        return frame[:12] + frame[16:], struct.unpack("!H", frame[14:16])[0] & 0xFFF
    return frame, None


def send(port, membership, vlan, frame):
    if membership == TRUNK and vlan != NATIVE:
        frame = frame[:12] + struct.pack("!HH", TPID, vlan) + frame[12:]
    port.send(frame)


def main(arguments):
    selector, members, learned = selectors.DefaultSelector(), {}, {}
    for argument in arguments:
        name, vlan = argument.split("=")
        port = open_port(name)
        members[port] = TRUNK if vlan == "trunk" else int(vlan)
        selector.register(port, selectors.EVENT_READ)
    while True:
        for ready, _ in selector.select():
            port = ready.fileobj
            frame, tag = receive(port)
            if frame is None:
                continue
            vlan = members[port] or tag or NATIVE
            learned[vlan, frame[6:12]] = port
            known = learned.get((vlan, frame[:6]))
            for out in [known] if known else members:
                if out is not port and members[out] in (TRUNK, vlan):
                    send(out, members[out], vlan, frame)


main(sys.argv[1:])
