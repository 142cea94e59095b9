#include "milter/filter/antivirus/clamav_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>
#include <system_error>

#include "base/log.hpp"

namespace lazaret::filter {
namespace {

// libclamav takes bytes for mail by their beginning, and unpacks no attachment of what it takes for
// text. A stranger chooses which field stands first, so we put one of our own before it.
constexpr std::string_view mail_mark = "Received: by lazaret\r\n";

constexpr int most_depth = 17;      // libclamav's own default, of archives in archives
constexpr int most_files = 10'000;  // libclamav's own default, in one message

// What these alerts name is no virus. The macros and the encryption are as the site's users make
// them, too; the others are guesses.
constexpr auto dangerous_alerts = std::to_array<std::string_view>({
    "Heuristics.Encrypted.",
    "Heuristics.OLE2.ContainsMacros",
    "Heuristics.Phishing.",
    "Heuristics.Broken.",
});
constexpr std::string_view limit_alerts = "Heuristics.Limits.Exceeded";
constexpr std::string_view time_alert = "Heuristics.Limits.Exceeded.MaxScanTime";

void note(cl_msg severity, const char*, const char* message, void*)
{
    std::string_view text = message ? message : "";
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    if (severity == CL_MSG_ERROR) log::warning("libclamav", {{"says", text}});
    else log::debug("libclamav", {{"says", text}});
}

// libclamav's state of the whole process, once; returns what went wrong or CL_SUCCESS.
cl_error_t initialise()
{
    static std::once_flag once;
    static cl_error_t code = CL_SUCCESS;
    std::call_once(once, [] {
        cl_set_clcb_msg(note);
        code = cl_init(CL_INIT_DEFAULT);
    });
    return code;
}

cl_error_t set_bounds(cl_engine* engine, const ScanBounds& bounds)
{
    const auto bytes = std::min<std::int64_t>(bounds.bytes, std::numeric_limits<int>::max());
    const auto time = std::clamp<std::int64_t>(bounds.budget.count(), 1,
                                               std::numeric_limits<std::int32_t>::max());
    struct Number {
        cl_engine_field field;
        long long value;
    };
    const std::array<Number, 5> numbers = {{
        {CL_ENGINE_MAX_SCANTIME, time},
        {CL_ENGINE_MAX_SCANSIZE, bytes},
        {CL_ENGINE_MAX_FILESIZE, bytes},
        {CL_ENGINE_MAX_RECURSION, most_depth},
        {CL_ENGINE_MAX_FILES, most_files},
    }};
    for (const auto& number : numbers)
        if (const auto code = cl_engine_set_num(engine, number.field, number.value);
            code != CL_SUCCESS)
            return code;
    return cl_engine_set_str(engine, CL_ENGINE_TMPDIR, bounds.temporary_directory.c_str());
}

cl_scan_options scan_options()
{
    cl_scan_options options{};
    options.general = CL_SCAN_GENERAL_HEURISTICS;
    options.parse = ~0U;
    options.heuristic = CL_SCAN_HEURISTIC_EXCEEDS_MAX | CL_SCAN_HEURISTIC_MACROS |
                        CL_SCAN_HEURISTIC_ENCRYPTED_ARCHIVE | CL_SCAN_HEURISTIC_ENCRYPTED_DOC;
    return options;
}

Scanner::Report unscanned(std::string why) { return {Scan::Unscanned, false, {}, std::move(why)}; }

// A signature's match goes before any heuristic alert, so one name is enough.
Scanner::Report report_of_alert(std::string_view name)
{
    // A match always has a name; for the bound on the whole of a message libclamav gives none.
    if (name.empty()) return unscanned("the message passes the bounds of a scan");
    // A bound that the content passes is passed again by every retry, so it is judged at once;
    // what ran out of time may fare better later.
    if (name.starts_with(limit_alerts))
        return {Scan::Unscanned, name != time_alert, std::string{name}, std::string{name}};
    const bool dangerous = std::any_of(dangerous_alerts.begin(), dangerous_alerts.end(),
                                       [&](auto start) { return name.starts_with(start); });
    if (dangerous) return {Scan::Clean, true, std::string{name}, {}};
    return {Scan::Infected, false, std::string{name}, {}};
}

bool is_signature_file(const std::filesystem::directory_entry& entry, std::error_code& error)
{
    const auto name = entry.path().filename().string();
    return entry.is_regular_file(error) && !name.starts_with('.') && name != "freshclam.dat" &&
           name != "mirrors.dat";
}

}  // namespace

SignatureFiles signature_files(const std::string& folder)
{
    namespace fs = std::filesystem;
    SignatureFiles found;
    std::error_code error;
    for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
        std::error_code gone;  // freshclam renames files while we look
        if (!is_signature_file(*at, gone)) continue;
        SignatureFiles::File file{at->path().filename().string(), at->file_size(gone),
                                  at->last_write_time(gone)};
        if (gone) continue;
        const auto changed = std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::file_clock::to_sys(file.changed));
        found.newest = std::max<Moment>(found.newest, changed);
        found.files.push_back(std::move(file));
    }
    std::sort(found.files.begin(), found.files.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return found;
}

Result<std::shared_ptr<const ClamavEngine>, std::string> ClamavEngine::load(
    const std::string& folder, const ScanBounds& bounds)
{
    const auto failed = [&](std::string_view what, cl_error_t code) {
        return because(fmt::format("{}: {}: {}", folder, what, cl_strerror(code)));
    };
    if (const auto code = initialise(); code != CL_SUCCESS) return failed("libclamav", code);
    Handle engine{cl_engine_new()};
    if (!engine) return failed("no engine", CL_EMEM);
    if (const auto code = set_bounds(engine.get(), bounds); code != CL_SUCCESS)
        return failed("bounds", code);

    unsigned count = 0;
    // Without CL_DB_PHISHING_URLS: whether a link's text and target differ is a matter of points,
    // not of refusing.
    if (const auto code =
            cl_load(folder.c_str(), engine.get(), &count, CL_DB_PHISHING | CL_DB_BYTECODE);
        code != CL_SUCCESS)
        return failed("signatures", code);
    if (count == 0) return because(fmt::format("{}: there are no signatures", folder));
    if (const auto code = cl_engine_compile(engine.get()); code != CL_SUCCESS)
        return failed("signatures", code);
    return std::shared_ptr<const ClamavEngine>{new ClamavEngine{std::move(engine), count}};
}

Scanner::Report ClamavEngine::scan(std::string_view message) const
{
    std::string bytes;
    bytes.reserve(mail_mark.size() + message.size());
    bytes.append(mail_mark).append(message);
    const CHandle<cl_fmap_t, cl_fmap_close> map{cl_fmap_open_memory(bytes.data(), bytes.size())};
    if (!map) return unscanned("libclamav took no map of the message");

    auto options = scan_options();
    const char* name = nullptr;
    unsigned long scanned = 0;
    const auto code =
        cl_scanmap_callback(map.get(), nullptr, &name, &scanned, engine_.get(), &options, nullptr);
    if (code == CL_VIRUS) return report_of_alert(name ? name : "");
    if (code == CL_CLEAN) return {Scan::Clean, false, {}, {}};
    return unscanned(cl_strerror(code));
}

}  // namespace lazaret::filter
