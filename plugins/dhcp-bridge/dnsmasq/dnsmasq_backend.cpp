// SPDX-License-Identifier: GPL-2.0-or-later
#include "dnsmasq/dnsmasq_backend.h"

namespace fos1::dhcp {

namespace {

/// dnsmasq reads a file within milliseconds, thousands of them within a second.
constexpr std::chrono::seconds kPatience{5};

}  // namespace

DnsmasqBackend::DnsmasqBackend(DnsmasqPlace place)
    : m_place(std::move(place)), m_survey(std::make_shared<DnsmasqSurvey>(m_place.pidFile, m_place.directory)) {
    connect(&m_watch, &ReadWatch::read, this, &DnsmasqBackend::wasRead);
    connect(&m_watch, &ReadWatch::lost, this, [this] {
        if (m_patience.isActive())
            end(failure(ErrorCode::Io, QStringLiteral("it was missed whether dnsmasq has read what was written"),
                        m_place.directory));
    });
    m_patience.setSingleShot(true);
    m_patience.setInterval(kPatience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        end(failure(ErrorCode::Timeout,
                    QStringLiteral("dnsmasq (process %1) has not read what was written within %2 s")
                        .arg(m_draft->process.pid)
                        .arg(kPatience.count()),
                    m_place.directory));
    });
}

std::shared_ptr<const DnsmasqBackend::Draft> DnsmasqBackend::draftOf(const DnsmasqSurvey::Found& found,
                                                                     const std::shared_ptr<const Offers>& offers,
                                                                     Sntp sntp, const Draft* last,
                                                                     const std::set<QString>& unread) {
    auto draft = std::make_shared<Draft>();
    draft->config = found.config;
    draft->offers = offers;
    draft->process = found.process;
    draft->listing = found.listing;
    draft->needsReload = found.listing.isReloadDue;
    DnsmasqPlan plan = planDnsmasq(*found.config, *offers, sntp, found.listing.ours);
    draft->table = std::make_shared<const SubnetTable>(std::move(plan.table));
    for (const auto& [name, content] : found.listing.ours) {
        const auto wanted = plan.files.find(name);
        if (wanted == plan.files.end()) draft->remove.insert(name);
        if (wanted == plan.files.end() || !replacesFully(content, wanted->second)) draft->needsReload = true;
    }
    // dnsmasq still knows a file that was removed by others.
    if (last)
        for (const auto& [name, content] : last->listing.ours)
            if (!found.listing.ours.contains(name) && !plan.files.contains(name)) draft->needsReload = true;
    for (auto& [name, content] : plan.files) {
        const auto present = found.listing.ours.find(name);
        const bool isThere = present != found.listing.ours.end() && present->second == content;
        if (!isThere || unread.contains(name)) draft->write.emplace(name, std::move(content));
    }
    return draft;
}

void DnsmasqBackend::apply(std::shared_ptr<const Offers> offers, Done done) {
    Q_ASSERT(!m_done);
    m_offers = std::move(offers);
    m_done = std::move(done);
    m_since.start();
    m_worker.post([this, survey = m_survey, offers = m_offers, last = m_last, unread = m_unread, sntp = m_place.sntp] {
        const auto work = [&]() -> Drafted {
            const auto found = survey->look();
            if (!found) return tl::unexpected(found.error());
            const bool isSame = last && unread.empty() && last->config == found->config && last->offers == offers &&
                                last->listing == found->listing;
            if (isSame) return last;
            return draftOf(*found, offers, sntp, last.get(), unread);
        };
        return Worker::Answer([this, draft = work()] { drafted(draft); });
    });
}

void DnsmasqBackend::drafted(const Drafted& draft) {
    if (!draft) {
        if (m_offers->withdrawsAll)
            removeAll();
        else
            end(tl::unexpected(draft.error()));
        return;
    }
    m_draft = *draft;
    if (m_draft == m_last || (m_draft->write.empty() && m_draft->remove.empty() && !m_draft->needsReload)) {
        m_last = m_draft;
        finish();
        return;
    }
    m_last.reset();
    m_awaited.clear();
    for (const auto& [name, content] : m_draft->write) m_awaited.insert(name);
    if (const auto started = m_watch.start(m_place.directory); !started) {
        end(tl::unexpected(started.error()));
        return;
    }
    m_worker.post([this, survey = m_survey, draft = m_draft] {
        const auto work = [&]() -> tl::expected<void, Error> {
            OptionsDirectory& directory = survey->directory();
            tl::expected<void, Error> result;
            if (draft->needsReload) result = directory.markReload();
            for (auto each = draft->write.begin(); result && each != draft->write.end(); ++each)
                result = directory.write(each->first, each->second);
            for (auto each = draft->remove.begin(); result && each != draft->remove.end(); ++each)
                result = directory.remove(*each);
            return result;
        };
        return Worker::Answer([this, result = work()] { written(result); });
    });
}

/// Our files go even if it cannot be seen what dnsmasq tells: it must not find them when it starts again.
void DnsmasqBackend::removeAll() {
    m_worker.post([this, survey = m_survey, pidFile = m_place.pidFile] {
        const auto work = [&]() -> tl::expected<void, Error> {
            OptionsDirectory& directory = survey->directory();
            const auto listing = directory.list();
            if (!listing) return tl::unexpected(listing.error());
            tl::expected<void, Error> result = directory.markReload();
            for (auto each = listing->ours.begin(); result && each != listing->ours.end(); ++each)
                result = directory.remove(each->first);
            if (!result) return result;
            // One that starts from now on finds nothing. One that cannot be looked at may still tell what it read.
            const auto process = findDnsmasq(pidFile);
            if (process)
                result = reload(*process);
            else if (process.error().code != ErrorCode::NotFound && process.error().code != ErrorCode::Conflict)
                result = tl::unexpected(process.error());
            return result ? directory.clearReload() : result;
        };
        return Worker::Answer([this, result = work()] {
            if (!result) {
                end(tl::unexpected(result.error()));
                return;
            }
            Applied applied;
            applied.table = std::make_shared<const SubnetTable>();
            applied.isWritten = true;
            end(applied);
        });
    });
}

void DnsmasqBackend::written(const tl::expected<void, Error>& result) {
    for (const auto& [name, content] : m_draft->write) m_unread.insert(name);
    if (!result) {
        end(tl::unexpected(result.error()));
        return;
    }
    if (m_draft->needsReload) {
        if (const auto sent = reload(m_draft->process); !sent) {
            end(tl::unexpected(sent.error()));
            return;
        }
        m_awaited = {QString()};  // it reads everything, and closes the directory last
    }
    m_patience.start();
    if (m_awaited.empty()) finish();  // read before this turn
}

void DnsmasqBackend::wasRead(const QString& name) {
    if (!m_done || m_awaited.erase(name) == 0 || !m_awaited.empty() || !m_patience.isActive()) return;
    finish();
}

void DnsmasqBackend::finish() {
    if (!m_done || !m_draft) return;
    Applied applied;
    applied.isWritten = m_draft != m_last;
    if (applied.isWritten) {
        m_unread.clear();
        if (m_draft->needsReload)
            m_worker.post([survey = m_survey] {
                // If this fails, dnsmasq is sent another SIGHUP, which does no harm.
                (void)survey->directory().clearReload();
                return Worker::Answer([] {});
            });
    }
    applied.table = m_draft->table;
    if (m_draft->listing.survivesReboot && !m_place.mayPersist && !m_draft->offers->withdrawsAll) {
        applied.warningReason = QStringLiteral("SurvivesReboot");
        applied.warning =
            QStringLiteral(
                "The options are in force, but %1 is not in memory: after a reboot, dnsmasq tells what it "
                "finds there even if the time service does not run. Use a directory below /run, or declare "
                "persist: true.")
                .arg(m_place.directory);
    }
    applied.took = std::chrono::nanoseconds(m_since.nsecsElapsed());
    end(applied);
}

void DnsmasqBackend::end(const Result<Applied>& result) {
    m_watch.stop();
    m_patience.stop();
    m_awaited.clear();
    m_draft.reset();
    m_offers.reset();
    const Done done = std::exchange(m_done, nullptr);
    done(result);
}

}  // namespace fos1::dhcp
