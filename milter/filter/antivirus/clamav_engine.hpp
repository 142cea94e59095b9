#pragma once

#include <clamav.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/handle.hpp"
#include "base/result.hpp"
#include "milter/filter/antivirus/scanner.hpp"

namespace lazaret::filter {

/// The files of a signature folder as they were at one moment; differs when any of them changed.
struct SignatureFiles {
    struct File {
        std::string name;
        std::uintmax_t size = 0;
        std::filesystem::file_time_type changed;
        bool operator==(const File&) const = default;
    };
    std::vector<File> files;  ///< by name; without freshclam's own notes and hidden files
    Moment newest{};

    bool operator==(const SignatureFiles& other) const { return files == other.files; }
};

/// What stands in `folder` now; none of it when the folder is missing or closed to us.
SignatureFiles signature_files(const std::string& folder);

/// Bounds of one scan, the same for every message.
struct ScanBounds {
    std::chrono::milliseconds budget{20'000};
    std::int64_t bytes = 100 << 20;   ///< unpacked from one message, all together
    std::string temporary_directory;  ///< where libclamav unpacks; must exist
};

/// libclamav's engine with signatures loaded. Nothing changes in it after loading, so that many
/// threads may scan by one. Freeing one with a full set takes a second.
class ClamavEngine {
public:
    /// Loads all signatures of a folder; takes seconds and a gigabyte with a full set.
    /// @return or why not, as one line for the log.
    static Result<std::shared_ptr<const ClamavEngine>, std::string> load(const std::string& folder,
                                                                         const ScanBounds& bounds);

    /// See Scanner::scan.
    [[nodiscard]] Scanner::Report scan(std::string_view message) const;

    [[nodiscard]] unsigned signatures() const noexcept { return signatures_; }

private:
    using Handle = CHandle<cl_engine, cl_engine_free>;
    ClamavEngine(Handle engine, unsigned signatures)
        : engine_{std::move(engine)}, signatures_{signatures}
    {
    }

    Handle engine_;
    unsigned signatures_ = 0;
};

}  // namespace lazaret::filter
