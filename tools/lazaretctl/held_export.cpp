#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/held_output.hpp"
#include "tools/lazaretctl/progress.hpp"

namespace lazaret::tools {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::vector<std::string> references;
    std::string target = "-";
};

void write_all(int descriptor, std::string_view bytes, const std::string& name)
{
    while (!bytes.empty()) {
        const auto count = write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0)
            throw Error{Error::Kind::Unavailable, "cannot write {}: {}", name,
                        system_error_text(errno)};
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

/// A new file that only its owner reads: it is somebody's mail. One that is there is left alone.
void write_new_file(const std::string& file, std::string_view bytes)
{
    const FileDescriptor opened{open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (!opened)
        throw Error{Error::Kind::Unavailable, "cannot make {}: {}", file, system_error_text(errno)};
    write_all(opened.get(), bytes, file);
    if (fsync(opened.get()) != 0 && errno != EINVAL)
        throw Error{Error::Kind::Unavailable, "cannot write {}: {}", file,
                    system_error_text(errno)};
}

void put(const Options& options, const Reference& reference, std::string_view bytes)
{
    if (options.target == "-") {
        write_all(STDOUT_FILENO, bytes, "standard output");
        return;
    }
    const bool into_folder = options.references.size() > 1 || fs::is_directory(options.target);
    const auto file = into_folder
                          ? (fs::path{options.target} / (reference.text() + ".eml")).string()
                          : options.target;
    write_new_file(file, bytes);
    fmt::print("{} is in {} now, {} bytes.\n", reference.text(), file, bytes.size());
}

/// Refuses what cannot end well before anything is read.
void require_target(const Options& options)
{
    if (options.target == "-" && options.references.size() > 1)
        throw Error{Error::Kind::Usage, "several messages cannot go to standard output"}.with_hint(
            "--to FOLDER");
    if (options.target == "-" && isatty(STDOUT_FILENO) == 1)
        throw Error{Error::Kind::Usage, "the bytes of a stranger's mail are not for a terminal"}
            .with_hint("--to FILE; 'lazaretctl held show' shows the text");
    if (options.references.size() > 1 && mkdir(options.target.c_str(), 0700) != 0 &&
        !fs::is_directory(options.target))
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
    Progress progress{"exporting", references.size()};
    for (std::size_t at = 0; at < references.size(); ++at) {
        if (references.size() > 1) progress.show(at);
        const auto bytes = quarantine.export_copy(references[at], acting_person());
        if (bytes) put(options, references[at], *bytes);
        else
            code = std::max(
                code, explain_fault(references[at], bytes.error(), Deed::Export, Class::Spam));
    }
    return code;
}

}  // namespace

Run define_held_export(CLI::App& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("ID", chosen->references, "as 'held list' shows them")->required();
    options
        .add_option("--to", chosen->target,
                    "a new file, a folder (of several: ID.eml), or - for standard output")
        ->capture_default_str();
    return [chosen](const Context& context) { return write_out(*chosen, context); };
}

}  // namespace lazaret::tools
