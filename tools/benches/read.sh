# read: an article page of about 27 kB, 64 keep-alive connections, against nginx serving the same
# bytes from a file. --dynamic: without the page cache (a cookie bypasses it).
seconds=4
[ $smoke = yes ] && seconds=1
header=
[ $dynamic = yes ] && header="Cookie: bench=1"

start_demo "$dir/data"
. "$dir/env"
mkdir -p "$dir/www"
curl -sf "$base$long" >"$dir/www/page.html"
port=$(free_port)
cat >"$dir/nginx.conf" <<EOF
worker_processes 2; pid $dir/nginx.pid; error_log $dir/nginx.log; daemon off;
events { worker_connections 1024; }
http { access_log off; sendfile on; keepalive_requests 1000000; types { text/html html; }
  client_body_temp_path $dir/a; proxy_temp_path $dir/b; fastcgi_temp_path $dir/c; uwsgi_temp_path $dir/d; scgi_temp_path $dir/e;
  server { listen 127.0.0.1:$port; root $dir/www; open_file_cache max=10; } }
EOF
PATH=$PATH:/usr/sbin nginx -c "$dir/nginx.conf" 2>/dev/null &
pids+=($!)
sleep 0.5

rate() { # URL [HEADER]: requests per second
    wrk -t1 -c64 "-d${seconds}s" ${2:+-H "$2"} "$1" | awk '/Requests\/sec/ {print $2} /Non-2xx/ {print > "/dev/stderr"; exit 1}'
}
# Three rounds, one after the other, so that noise of the machine meets both; medians.
for _ in 1 2 3; do
    rate "$base$long" "$header" >>"$dir/ours"
    rate "http://127.0.0.1:$port/page.html" >>"$dir/theirs"
done
echo "page $(stat -c %s "$dir/www/page.html") bytes, resident $(resident "$pid") kB"
result read "$(median <"$dir/ours")" pages/s "$(median <"$dir/theirs")"
