#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <list>
#include <optional>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/shared_state.hpp"
#include "milter/filter/antivirus/clamav_engine.hpp"
#include "milter/filter/antivirus/scanner.hpp"

namespace lazaret::filter {
namespace {

namespace fs = std::filesystem;

// Where to unpack when the settings leave it to us. libclamav makes some files for each message
// with its parsers on, and in memory that costs less than half: 0.6 instead of 1.4 ms of CPU for
// 8 kB. Only where memory has room for several messages at once, though (a container's has not).
fs::path temporary_parent(const AntivirusConfig& config)
{
    if (!config.temporary_directory.empty()) return config.temporary_directory;
    std::error_code error;
    const fs::path memory = "/dev/shm";
    const auto room = fs::space(memory, error).available;
    if (!std::getenv("TMPDIR") && !error && ::access(memory.c_str(), W_OK) == 0 &&
        room / 4 >= static_cast<std::uintmax_t>(config.max_scan_size))
        return memory;
    auto usual = fs::temp_directory_path(error);
    return error ? fs::path{"/tmp"} : usual;
}

// A folder of our own for what libclamav unpacks; gone with us.
class PrivateFolder {
public:
    explicit PrivateFolder(const fs::path& parent)
    {
        path_ = (parent / "lazaret-scan-XXXXXX").string();
        if (!::mkdtemp(path_.data()))
            throw Error{Error::Kind::Setup, "{}: cannot make a temporary folder: {}", path_,
                        system_error_text(errno)};
    }
    ~PrivateFolder()
    {
        std::error_code ignored;  // nobody to tell, and the system empties its own folder
        fs::remove_all(path_, ignored);
    }
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

class ClamavScanner final : public Scanner {
public:
    explicit ClamavScanner(const AntivirusConfig& config)
        : folder_{config.signatures},
          temporary_{temporary_parent(config)},
          bounds_{config.budget, config.max_scan_size, temporary_.path()},
          now_{std::make_shared<const Loaded>()}
    {
        reload_if_changed();
    }

    Report scan(std::string_view message) override
    {
        const auto loaded = now_.get();
        if (!loaded->engine) return {Scan::Unscanned, false, {}, loaded->state.why};
        return loaded->engine->scan(message);
    }

    [[nodiscard]] State state() const override { return now_.get()->state; }

    bool reload_if_changed() override
    {
        return loading_.with([this](Loading& loading) {
            loading.retired.remove_if([](const auto& old) { return old.use_count() == 1; });
            auto files = signature_files(folder_);
            if (loading.tried && *loading.tried == files) return false;
            loading.tried = files;
            auto engine = ClamavEngine::load(folder_, bounds_);
            if (!engine) {
                keep_old(engine.error());
                return false;
            }
            loading.retired.push_back(now_.get());
            replace(std::move(*engine), files.newest);
            return true;
        });
    }

private:
    struct Loaded {
        std::shared_ptr<const ClamavEngine> engine;  // null: no signatures
        State state;
    };
    struct Loading {
        std::optional<SignatureFiles> tried;  // as they were at the last load, good or not
        // Freed here and not by the last scan that used them: that takes a second.
        std::list<std::shared_ptr<const Loaded>> retired;
    };

    void replace(std::shared_ptr<const ClamavEngine> engine, Moment newest)
    {
        log::info("signatures loaded", {{"folder", folder_},
                                        {"signatures", engine->signatures()},
                                        {"newest", utc_text(newest)}});
        State state{true, engine->signatures(), newest, {}};
        now_.replace(Loaded{std::move(engine), std::move(state)});
    }

    void keep_old(const std::string& why)
    {
        const auto old = now_.get();
        log::warning("signatures not loaded",
                     {{"why", why}, {"using", old->engine ? "the old ones" : "none"}});
        if (!old->engine) now_.replace(Loaded{nullptr, {false, 0, {}, why}});
    }

    std::string folder_;
    PrivateFolder temporary_;
    ScanBounds bounds_;
    Snapshot<Loaded> now_;
    Locked<Loading> loading_;
};

}  // namespace

std::unique_ptr<Scanner> make_clamav_scanner(const AntivirusConfig& config)
{
    return std::make_unique<ClamavScanner>(config);
}

}  // namespace lazaret::filter
