#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/disk.hpp"
#include "base/error.hpp"
#include "base/handle.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/held_output.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/progress.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Options {
    std::vector<std::string> references;
    std::string target = "-";
    bool json = false;
};

[[noreturn]] void cannot_write(const std::string& name)
{
    throw Error{Error::Kind::Unavailable, "cannot write {}: {}", name, system_error_text(errno)};
}

/// Removes a file when it goes; there may be none.
class Leftover {
public:
    explicit Leftover(std::string path) : path_{std::move(path)} {}
    Leftover(const Leftover&) = delete;
    Leftover& operator=(const Leftover&) = delete;
    ~Leftover() { unlink(path_.c_str()); }

private:
    std::string path_;
};

[[noreturn]] void cannot_make(const std::string& file, int why)
{
    // A full disk may have room later; the others wait for somebody who names another place.
    constexpr std::array elsewhere = {ENOENT, ENOTDIR, ENAMETOOLONG, EISDIR, EACCES, EROFS};
    const bool is_usage = std::ranges::find(elsewhere, why) != elsewhere.end();
    throw Error{is_usage ? Error::Kind::Usage : Error::Kind::Unavailable, "cannot make {}: {}",
                file, system_error_text(why)};
}

/// Gives a file another name, unless there is one of that name. @return 0, or errno.
int take_name(const std::string& from, const std::string& to)
{
    if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno == EEXIST) return EEXIST;
    // Not every file system knows the one, nor every one the other.
    return link(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

/// A new file that only its owner reads: it is somebody's mail. It gets its name when all of it is
/// on the disk, so that none is half written.
/// @return false when there is one of that name already; it is left alone.
bool write_new_file(const std::string& file, std::string_view bytes)
{
    auto part = file + ".XXXXXX";
    const FileDescriptor opened{mkostemp(part.data(), O_CLOEXEC)};
    if (!opened) cannot_make(file, errno);
    const Leftover leftover{part};
    if (!write_all(opened.get(), bytes)) cannot_write(file);
    if (fsync(opened.get()) != 0 && errno != EINVAL) cannot_write(file);
    const int failed = take_name(part, file);
    if (failed == 0) return true;
    if (failed == EEXIST) return false;
    cannot_make(file, failed);
}

bool is_folder(const std::string& path)
{
    std::error_code none;
    return fs::is_directory(path, none);
}

std::string file_for(const Options& options, const Reference& reference)
{
    const bool into_folder = options.references.size() > 1 || is_folder(options.target);
    if (!into_folder) return options.target;
    return (fs::path{options.target} / (reference.text() + ".eml")).string();
}

/// Puts one message where it was asked for, and says so. @return the exit code.
int put(const Options& options, const Reference& reference, std::string_view bytes, Json& json)
{
    if (options.target == "-") {
        if (!write_all(STDOUT_FILENO, bytes)) cannot_write("standard output");
        return 0;
    }
    const auto file = file_for(options, reference);
    const bool written = write_new_file(file, bytes);
    json.push_back({{"reference", reference.text()},
                    {"outcome", written ? "exported" : "file-exists"},
                    {"file", file},
                    {"size", bytes.size()}});
    if (!written) {
        fmt::print(stderr, "lazaretctl: error: {}: there is a file {} already\n", reference.text(),
                   harmless_line(file));
        return EX_UNAVAILABLE;
    }
    if (!options.json)
        fmt::print("{} is in {} now, {} bytes.\n", reference.text(), harmless_line(file),
                   bytes.size());
    return 0;
}

/// Refuses what cannot end well before anything is read.
void require_target(const Options& options)
{
    if (options.target == "-" && options.json)
        throw Error{Error::Kind::Usage,
                    "the message itself goes to standard output, so JSON cannot"}
            .with_hint("--to FILE");
    if (options.target == "-" && options.references.size() > 1)
        throw Error{Error::Kind::Usage, "several messages cannot go to standard output"}.with_hint(
            "--to FOLDER");
    if (options.target == "-" && isatty(STDOUT_FILENO) == 1)
        throw Error{Error::Kind::Usage, "the bytes of a stranger's mail are not for a terminal"}
            .with_hint("--to FILE; 'lazaretctl held show' shows the text");
    if (options.references.size() > 1 && mkdir(options.target.c_str(), 0700) != 0 &&
        !is_folder(options.target))
        throw Error{Error::Kind::Usage, "{} is no folder: {}", options.target,
                    system_error_text(errno)};
}

int write_out(const Options& options, const Context& context)
{
    std::vector<Reference> references;
    for (const auto& text : options.references) references.push_back(reference_argument(text));
    require_target(options);

    store::Quarantine quarantine{*context.database};
    int code = 0;
    auto json = Json::array();
    Progress progress{"exporting", references.size()};
    const auto export_one = [&](const Reference& reference) {
        const auto bytes = quarantine.export_copy(reference, acting_person());
        progress.wipe();
        if (bytes) {
            code = std::max(code, put(options, reference, *bytes, json));
            return;
        }
        code = std::max(code, explain_fault(reference, bytes.error(), Deed::Export, Class::Spam));
        json.push_back(outcome_json(reference, bytes.error()));
    };
    // No edge: what was done before the disk was full is said in any case.
    try {
        for (std::size_t at = 0; at < references.size(); ++at) {
            if (references.size() > 1) progress.show(at);
            export_one(references[at]);
        }
    } catch (const Error&) {
        if (options.json) print_json(json);
        throw;
    }
    if (options.json) print_json(json);
    return code;
}

}  // namespace

Run define_held_export(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("ID", chosen->references, "as 'held list' shows them").required();
    options
        .add_option("--to", chosen->target,
                    "a new file, a folder (of several: ID.eml), or - for standard output")
        .with_default();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return write_out(*chosen, context); };
}

}  // namespace lazaret::tools
