#include <chrono>
#include <filesystem>
#include <list>
#include <optional>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/shared_state.hpp"
#include "milter/filter/antivirus/clamav_engine.hpp"
#include "milter/filter/antivirus/scan_folder.hpp"
#include "milter/filter/antivirus/scanner.hpp"

namespace lazaret::filter {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// A load fails for passing reasons, too: no memory for two engines, a file half written.
constexpr std::chrono::minutes failed_load_interval{5};

fs::path scan_parent(const AntivirusConfig& config)
{
    if (!config.temporary_directory.empty()) return config.temporary_directory;
    return usual_scan_parent(static_cast<std::uintmax_t>(config.max_scan_size));
}

class ClamavScanner final : public Scanner {
public:
    explicit ClamavScanner(const AntivirusConfig& config)
        : folder_{config.signatures},
          temporary_{scan_parent(config)},
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
            const bool same = loading.tried && *loading.tried == files;
            if (same && (!loading.failed || Clock::now() < loading.try_again)) return false;
            loading.tried = files;
            auto engine = ClamavEngine::load(folder_, bounds_);
            loading.failed = !engine;
            if (!engine) {
                loading.try_again = Clock::now() + failed_load_interval;
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
        bool failed = false;                  // the last load
        Clock::time_point try_again;          // after a failed one, though no file changed
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
    ScanFolder temporary_;
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
