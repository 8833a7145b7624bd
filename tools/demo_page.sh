# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Part of tools/demo: the page in the browser. Uses its $top, $bin, $dir, $logs, $port, $once; sets $ui, $dock_pid, $vault_pid.
# shellcheck disable=SC2154,SC2034

# LIUHEN_UI: a page that is built already
build_page() {
    ui=${LIUHEN_UI:-$top/build/ui}
    [ ! -f "$ui/index.html" ] || return 0
    command -v npm >/dev/null || "$top/tools/install" page
    mkdir -p "$logs"
    (cd "$top/dock/web/ui" && npm ci && npm run build) >"$logs/page-build.log" 2>&1 \
        || { tail -n 20 "$logs/page-build.log" >&2; fail "the page was not built"; }
}

start_page() {
    local tenths=0
    "$bin/liuhen-vault" --config "$dir/dock/vault.toml" >>"$logs/vault.log" 2>&1 &
    vault_pid=$!
    "$bin/liuhen-dock" run --config "$dir/dock/dock.toml" >"$logs/page.log" 2>&1 &
    dock_pid=$!
    until grep -q 'the page is at' "$logs/page.log"; do
        kill -0 "$dock_pid" 2>/dev/null || { tail -n 20 "$logs/page.log" >&2; fail "the page did not come up"; }
        [ $tenths -lt 600 ] || fail "the page was not up in 60 s; see $logs/page.log"
        sleep 0.1
        tenths=$((tenths + 1))
    done
}

stop_page() {
    end_process "$dock_pid" || true  # 1 where a bay's last intake was not a good one; `run --once` has told that
    dock_pid=
    end_process "$vault_pid" || { tail -n 20 "$logs/vault.log" >&2; fail "the vault did not end in order"; }
    vault_pid=
}

# The recorder stays in its bay: it is handed out there, comes back, goes out again.
fill_page() {
    local role number name
    say "网页：建立账号，填入一天的工作 the page: accounts, and a day of a small bureau"
    while read -r role number name; do
        (umask 077 && "$bin/liuhen-dock" account make --config "$dir/dock/dock.toml" --role "$role" --work-number "$number" \
            --name "$name" --unit "方城县示范执法队" >"$dir/first-$role.txt" 2>"$logs/account.log") \
            || { cat "$logs/account.log" >&2; fail "no account of $role"; }
    done <<<$'sysadmin G001 系统管理员\nsecadmin G002 安全管理员\naudadmin G003 审计管理员'
    start_page
    (umask 077 && /usr/bin/python3 "$top/tools/demo_bureau.py" fill "$dir" --port "$port" --device LH-000001 \
        >"$dir/log-ins.txt" 2>"$logs/bureau.log") || { tail -n 5 "$logs/bureau.log" >&2; fail "the page was not filled"; }
    stop_page
}

# Until Ctrl-C; with --once it only shows that it comes up.
show_page() {
    start_page
    printf '\n'
    cat "$dir/log-ins.txt"
    if [ "$once" = yes ]; then
        stop_page
        return
    fi
    printf '按 Ctrl-C 结束 Ctrl-C ends it.\n'
    trap 'exit 0' INT TERM HUP
    wait "$dock_pid" || true
    dock_pid=
    fail "the dock ended; see $logs/page.log"
}
