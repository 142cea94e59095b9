#include "milter/server.hpp"

#include <libmilter/mfapi.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

#include "base/config/milter_socket.hpp"
#include "base/error.hpp"
#include "base/handle.hpp"
#include "base/log.hpp"
#include "milter/callbacks.hpp"
#include "milter/signals.hpp"

namespace lazaret::milter {
namespace {

using namespace std::chrono_literals;

constexpr int read_timeout = 7'210;  ///< seconds; an SMTP client may take an hour for DATA
constexpr int backlog = 256;         ///< connections that wait to be accepted
constexpr std::size_t longest_command = 4 << 20;  ///< bytes; a header field may be long
constexpr auto answer_margin = 5s;  ///< beyond the judgement budget, for hold and answer

// Empty for inet sockets.
std::string unix_path(const std::string& socket)
{
    const auto split = split_milter_socket(socket);
    return split && split->is_path ? std::string{split->place} : "";
}

// Two programs on one socket would take turns in losing the other's connections.
bool somebody_listens(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path.data(), path.size());
    const FileDescriptor probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

void check_folder(const std::string& path)
{
    const auto slash = path.rfind('/');
    const auto folder = slash == std::string::npos ? "." : path.substr(0, slash);
    if (::access(folder.empty() ? "/" : folder.c_str(), W_OK | X_OK) != 0)
        throw Error{Error::Kind::Setup, "milter.socket: {}: {}", folder, system_error_text(errno)}
            .with_hint("make the folder, owned by the user that the milter runs as");
    if (somebody_listens(path))
        throw Error{Error::Kind::Unavailable, "milter.socket: {}: somebody listens there", path}
            .with_hint("is lazaret-milter running already?");
}

// Opened with the mode it is to have: between bind and chmod a stranger could connect.
bool open_with_mode(const std::string& mode)
{
    const auto bits = static_cast<mode_t>(std::strtoul(mode.c_str(), nullptr, 8));
    const auto before = ::umask(~bits & 0777U);
    // true: a socket that was left behind by a crash is removed; else smfi_main would fail.
    const bool opened = smfi_opensocket(true) == MI_SUCCESS;
    ::umask(before);
    return opened;
}

std::chrono::milliseconds watchdog_interval()
{
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return 1s;
    const auto third = std::chrono::microseconds{microseconds / 3};
    return std::min<std::chrono::milliseconds>(
        1s, std::chrono::duration_cast<std::chrono::milliseconds>(third));
}

}  // namespace

std::string Server::listen()
{
    const auto config = parts_.conduct.get()->config;
    const auto path = unix_path(config.socket);
    if (!path.empty()) check_folder(path);
    auto socket = config.socket;
    const Speech speech{.without_replies = !path.empty(),
                        .refuses_recipients = !parts_.conduct.get()->client_lists.is_empty()};
    const bool ready = smfi_setconn(socket.data()) == MI_SUCCESS &&
                       smfi_register(describe_callbacks(parts_, speech)) == MI_SUCCESS &&
                       smfi_settimeout(read_timeout) == MI_SUCCESS &&
                       smfi_setbacklog(backlog) == MI_SUCCESS;
    smfi_setmaxdatasize(longest_command);
    if (!ready || !open_with_mode(config.socket_mode))
        throw Error{Error::Kind::Unavailable, "milter.socket: cannot listen on {}", config.socket}
            .with_hint(
                "libmilter wrote the cause to the system log; the form is unix:/FILE or "
                "inet:PORT@HOST");
    return path;
}

int Server::run(const std::function<void()>& reread)
{
    const auto path = listen();
    const auto ended = std::make_shared<std::atomic<bool>>(false);
    // Left alone at the end: smfi_main() looks only every five seconds whether it is to stop, and
    // destroys a lock that smfi_stop() in another thread may hold (seen with ThreadSanitizer). What
    // libmilter calls until the process is gone knows from the gate that nothing begins any more.
    std::thread{[ended] {
        smfi_main();
        *ended = true;
    }}.detach();
    log::info("ready",
              {{"socket", parts_.conduct.get()->config.socket}, {"version", LAZARET_VERSION}});
    sd_notify(0, "READY=1");

    wait_for_stop(reread, *ended);
    const bool by_itself = *ended;
    sd_notify(0, "STOPPING=1");
    finish_messages();
    if (!path.empty()) ::unlink(path.c_str());
    log::info("stopped");
    return by_itself ? EX_TEMPFAIL : EX_OK;
}

void Server::wait_for_stop(const std::function<void()>& reread, const std::atomic<bool>& ended)
{
    const auto interval = watchdog_interval();
    while (!ended) {
        const auto signals = next_signals(interval);
        if (came(signals, SIGTERM) || came(signals, SIGINT)) return;
        if (came(signals, SIGHUP) || came(signals, SIGUSR1)) reread();
        // Without a sign of life systemd starts us anew: the cure for threads that hang.
        if (!parts_.judges.are_stuck()) sd_notify(0, "WATCHDOG=1");
    }
    log::error("libmilter stopped by itself");
}

void Server::finish_messages()
{
    const auto& gate = *parts_.gate;
    parts_.gate->close();
    const auto limit = parts_.conduct.get()->config.judgement_budget + answer_margin;
    log::info("stopping", {{"sessions", gate.sessions()}, {"messages", gate.messages()}});
    if (gate.wait_for_messages(limit)) return;
    log::error("messages did not end; their senders will try again",
               {{"messages", gate.messages()}});
    ::_exit(EX_TEMPFAIL);
}

}  // namespace lazaret::milter
