#!/usr/bin/env bash
# Records the lab captures of testdata/capture from real programs that talk to
# each other in network namespaces of this host. Nothing leaves the host.
#
#   sudo testdata/record/lab.sh [OUTPUT_DIRECTORY]        (about 11 minutes)
#
# Needs: bash, python3, iproute2, ethtool, dumpcap, tcpdump, nginx, dnsmasq, openssh,
# openssl, curl, dig, ping, traceroute, capinfos. Debian: apt-get install
# iproute2 ethtool wireshark-common tcpdump nginx-light dnsmasq-base
# openssh-server openssl curl bind9-dnsutils iputils-ping traceroute
#
# The scene is a small office. Two switches (switch.py) are joined by a trunk; the
# server behind the second one is also the router between the office network
# (untagged) and the lab network (VLAN 20). What is recorded is the trunk, as a
# mirror port would give it, so the lab's frames carry their 802.1Q tag there.
#
#   alice, bob, probe - [desk switch] - trunk - [rack switch] - server
#
#   office  192.0.2.0/24     2001:db8:0:1::/64    server .1, alice .10, bob .11
#   lab     198.51.100.0/24  2001:db8:0:20::/64   server .1, probe .20
#
# Addresses are those reserved for documentation (RFC 5737, RFC 3849), MAC
# addresses too (RFC 7042 section 2.1.1). Keys are made for the run and thrown
# away after it; payload is cut by the snapshot length.
#
# The script removes what a previous run left behind, and what it made itself
# when it ends for whatever reason, so it can be run again at any time. Two
# runs never give the same octets: time stamps, ports and scheduling are real.
set -euo pipefail

scripts=$(cd "$(dirname "$0")" && pwd)
readonly scripts
readonly output=${1:-$scripts/../capture}
readonly hosts=(desk rack server alice bob probe)
readonly prefix=nslab # of every namespace; nothing else on the host is touched
readonly snaplen=128
work=$(mktemp -d)
jobs_started=()

namespace() { echo "$prefix-$1"; }
# on HOST COMMAND...: runs a command as if typed on that host.
on() { local host=$1; shift; ip netns exec "$(namespace "$host")" "$@"; }
# quietly COMMAND...: failure is part of the scene (refused, unreachable).
quietly() { "$@" >/dev/null 2>&1 || true; }
# background HOST COMMAND...: for servers and capture programs, ended by cleanup.
background() {
	local host=$1; shift
	ip netns exec "$(namespace "$host")" "$@" >>"$work/log" 2>&1 &
	jobs_started+=($!)
}

cleanup() {
	local job host
	for job in "${jobs_started[@]}"; do kill "$job" 2>/dev/null || true; done
	wait 2>/dev/null || true
	for host in "${hosts[@]}"; do
		quietly ip netns del "$(namespace "$host")"
		rm -rf "/etc/netns/$(namespace "$host")"
	done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# attach SWITCH PORT HOST DEVICE MAC: a cable from the host's device to the port.
attach() {
	local switch=$1 port=$2 host=$3 device=$4 mac=$5
	ip link add "$port" netns "$(namespace "$switch")" type veth \
		peer name "$device" netns "$(namespace "$host")"
	on "$host" ip link set "$device" address "$mac"
	connect "$switch" "$port"
	connect "$host" "$device"
}

# connect HOST DEVICE: frames as a wire carries them, with no segmentation or
# checksums left undone.
connect() {
	on "$1" ethtool -K "$2" tso off gso off gro off tx off >/dev/null
	on "$1" ip link set "$2" up
}

# number HOST DEVICE V4 V6 [ROUTER_V4 ROUTER_V6]
number() {
	on "$1" ip addr add "$3/24" dev "$2"
	on "$1" ip addr add "$4/64" dev "$2" nodad
	if [ $# -gt 4 ]; then
		on "$1" ip route add default via "$5"
		on "$1" ip -6 route add default via "$6"
		mkdir -p "/etc/netns/$(namespace "$1")"
		printf 'nameserver %s\nsearch example.com\n' "$5" >"/etc/netns/$(namespace "$1")/resolv.conf"
	fi
}

build() {
	local name switch
	for name in "${hosts[@]}"; do
		ip netns add "$(namespace "$name")"
		on "$name" ip link set lo up
	done
	for switch in desk rack; do # a switch has no address of its own
		on "$switch" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	done
	ip link add trunk netns "$(namespace desk)" type veth peer name trunk netns "$(namespace rack)"
	for switch in desk rack; do
		on "$switch" ip link set trunk mtu 1504
		connect "$switch" trunk
	done
	attach rack to-server server office 00:00:5e:00:53:01
	attach desk to-alice alice eth0 00:00:5e:00:53:0a
	attach desk to-bob bob eth0 00:00:5e:00:53:0b
	attach desk to-probe probe eth0 00:00:5e:00:53:14
	attach rack to-lab server lab 00:00:5e:00:53:02
	background desk python3 "$scripts/switch.py" trunk=trunk to-alice=1 to-bob=1 to-probe=20
	background rack python3 "$scripts/switch.py" trunk=trunk to-server=1 to-lab=20
	on server sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	number server office 192.0.2.1 2001:db8:0:1::1
	number server lab 198.51.100.1 2001:db8:0:20::1
	number alice eth0 192.0.2.10 2001:db8:0:1::10 192.0.2.1 2001:db8:0:1::1
	number bob eth0 192.0.2.11 2001:db8:0:1::11 192.0.2.1 2001:db8:0:1::1
	number probe eth0 198.51.100.20 2001:db8:0:20::20 198.51.100.1 2001:db8:0:20::1
}

serve_web() {
	mkdir -p "$work/www"
	echo '<h1>It works</h1>' >"$work/www/index.html"
	head -c 30000 /dev/urandom >"$work/www/photo.jpg"
	head -c 700000 /dev/urandom >"$work/www/image.iso"
	openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=www.example.com \
		-keyout "$work/tls.key" -out "$work/tls.crt" 2>/dev/null
	cat >"$work/nginx.conf" <<-CONF
		daemon off; pid $work/nginx.pid; error_log /dev/null; user root;
		events {}
		http {
		  access_log off; server_tokens off; keepalive_timeout 120s;
		  server {
		    listen 80; listen [::]:80; listen 443 ssl; listen [::]:443 ssl;
		    ssl_certificate $work/tls.crt; ssl_certificate_key $work/tls.key;
		    root $work/www;
		  }
		}
	CONF
	background server nginx -c "$work/nginx.conf"
}

serve_names() {
	local text=() i
	# Too long for 512 octets, so that the answer is cut and asked for over TCP.
	for i in 1 2 3 4 5; do text+=("--txt-record=long.example.com,$(printf 'x%.0s' {1..200})$i"); done
	background server dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts \
		--no-resolv --user=root --pid-file= --local=/example.com/ --local-ttl=60 \
		--host-record=www.example.com,192.0.2.1,2001:db8:0:1::1 \
		--host-record=probe.example.com,198.51.100.20,2001:db8:0:20::20 "${text[@]}"
}

serve_shell() {
	mkdir -p /run/sshd
	ssh-keygen -q -t ed25519 -N '' -C lab -f "$work/host_key"
	ssh-keygen -q -t ed25519 -N '' -C lab -f "$work/user_key"
	cp "$work/user_key.pub" "$work/authorized_keys"
	cat >"$work/sshd_config" <<-CONF
		HostKey $work/host_key
		AuthorizedKeysFile $work/authorized_keys
		PidFile none
		PermitRootLogin prohibit-password
		PasswordAuthentication no
		StrictModes no
		UsePAM no
	CONF
	background server "$(command -v sshd)" -D -f "$work/sshd_config"
}

record() {
	background desk dumpcap -q -i trunk -s "$snaplen" -w "$work/lab.pcapng"
	background desk dumpcap -q -i to-alice -f 'udp port 53' -i trunk -f 'udp port 53' -w "$work/lab-two-points.pcapng"
	background alice tcpdump -q -i eth0 -Z root -U --time-stamp-precision=nano \
		-w "$work/lab-ping.pcap" 'icmp or icmp6 or (ip[6:2] & 0x1fff != 0)'
	background server tcpdump -q -i any -y LINUX_SLL2 -Z root -U -s "$snaplen" -c 120 -w "$work/lab-any.pcap"
	sleep 2
}

fetch() { local host=$1; shift; quietly on "$host" curl -sk --max-time 60 -o /dev/null "$@"; }
look_up() { local host=$1; shift; quietly on "$host" dig +tries=1 +time=2 "$@"; }
log_in() {
	quietly on "$1" ssh -F /dev/null -i "$work/user_key" -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null "root@$2" "$3"
}

# two_requests HOST SECONDS: one connection that is silent in between.
two_requests() {
	quietly on "$1" bash -c "exec 3<>/dev/tcp/192.0.2.1/80
		printf 'GET / HTTP/1.1\r\nHost: www\r\n\r\n' >&3; sleep $2
		printf 'GET / HTTP/1.1\r\nHost: www\r\nConnection: close\r\n\r\n' >&3; cat <&3"
}

# at SECONDS: waits for that second of the recording.
at() { local left=$((SECONDS_BEGUN + $1 - SECONDS)); if [ "$left" -gt 0 ]; then sleep "$left"; fi; }

play() {
	SECONDS_BEGUN=$SECONDS
	quietly on alice ping -c 5 www.example.com
	fetch alice -4 http://www.example.com/ http://www.example.com/photo.jpg
	look_up bob AAAA www.example.com
	fetch bob https://www.example.com/
	at 20; quietly on alice ping -6 -c 5 -i 0.5 www.example.com
	log_in alice 192.0.2.1 'hostname; for i in 1 2 3 4 5; do sleep 2; date; done' &
	at 40; look_up probe A www.example.com; fetch probe http://192.0.2.1/photo.jpg
	at 60; two_requests bob 45 & # longer than the idle timeout: two flow records
	at 75; fetch alice --limit-rate 4k http://www.example.com/photo.jpg &
	at 100; quietly on alice traceroute -q 2 -w 1 198.51.100.20
	quietly on bob traceroute -6 -q 1 -w 1 2001:db8:0:20::20
	at 130; look_up alice +notcp +bufsize=512 +ignore TXT long.example.com
	look_up alice +bufsize=512 TXT long.example.com # cut, then over TCP
	at 170; fetch bob -6 https://www.example.com/photo.jpg
	at 210; quietly on probe ping -c 3 -s 3000 192.0.2.10 # fragments
	at 240; fetch alice https://www.example.com:8443/ # refused
	look_up bob @192.0.2.10 A www.example.com         # ICMP port unreachable
	at 320; fetch probe -6 http://www.example.com/ http://www.example.com/photo.jpg
	at 350; fetch bob -4 --limit-rate 100k https://www.example.com/image.iso
	at 400; log_in probe 198.51.100.1 'seq 1 500' &
	look_up alice AAAA nowhere.example.com
	at 450; quietly on bob ping -c 8 -i 0.2 198.51.100.20
	at 500; for _ in 1 2 3; do fetch alice -4 http://www.example.com/; done
	at 560; quietly on alice ping -6 -c 3 2001:db8:0:20::20
	at 610; fetch bob http://www.example.com/ http://www.example.com/photo.jpg
	look_up probe PTR 1.2.0.192.in-addr.arpa
	at 640; quietly on alice ping -c 3 192.0.2.11 # not seen on the trunk
	log_in bob 192.0.2.1 uptime
	at 660
}

cleanup # what an interrupted run left behind
work=$(mktemp -d)
jobs_started=()
build
serve_web
serve_names
serve_shell
record
play
sleep 2
for job in "${jobs_started[@]}"; do kill "$job" 2>/dev/null || true; done
sleep 2
for name in lab.pcapng lab-two-points.pcapng lab-ping.pcap lab-any.pcap; do
	install -m 0644 "$work/$name" "$output/$name"
	capinfos -Tm -tcdu "$output/$name" | tail -1
done
