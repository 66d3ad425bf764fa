// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/chrony_monitor.h"

#include <QDateTime>

namespace fos1::ntp {

namespace {
constexpr quint32 kMostSources = 256;
}

/// Shared by the completions of its requests; the last one to go ends the look, whatever answers came. (A shared_ptr
/// because no single one of them is known to be the last.)
struct ChronyMonitor::Look {
    Look(ChronyMonitor& owner, quint64 number) : monitor(&owner), generation(number) {}
    ~Look() {
        if (monitor) monitor->finish(*this);
    }
    Look(const Look&) = delete;
    Look& operator=(const Look&) = delete;

    QPointer<ChronyMonitor> monitor;
    quint64 generation;
    Observation seen;
    std::vector<std::optional<SourceReport>> sources;
    std::vector<std::optional<SourceStatistics>> statistics;
    bool counted = false;
};

ChronyMonitor::ChronyMonitor(ChronyClient& client, MonitorIntervals intervals, QObject* parent)
    : QObject(parent), m_client(client), m_intervals(intervals) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &ChronyMonitor::look);
}

void ChronyMonitor::start() {
    stop();
    m_active = true;
    m_startedAt = std::chrono::steady_clock::now();
    look();
}

void ChronyMonitor::stop() {
    m_active = false;
    ++m_generation;
    m_timer.stop();
    m_names.clear();
}

void ChronyMonitor::look() {
    const auto look = std::make_shared<Look>(*this, m_generation);
    askTracking(look);
    askSources(look);
}

/// `use` runs only with a good answer.
template <typename T, typename Use>
void ChronyMonitor::ask(const candm::Request& request, const std::shared_ptr<Look>& look,
                        Result<T> (*read)(const candm::Reply&), Use use) {
    m_client.request(request, this, [look, read, use = std::move(use)](const Result<candm::Reply>& reply) {
        const Result<T> value = reply.and_then(read);
        if (value)
            use(*value);
        else
            look->seen.error = value.error().text();
    });
}

void ChronyMonitor::askTracking(const std::shared_ptr<Look>& look) {
    ask<Tracking>(candm::trackingRequest(), look, &candm::tracking,
                  [raw = look.get()](const Tracking& tracking) { raw->seen.tracking = tracking; });
}

void ChronyMonitor::askSources(const std::shared_ptr<Look>& look) {
    ask<quint32>(candm::sourceCountRequest(), look, &candm::sourceCount, [this, look](const quint32& total) {
        const quint32 count = std::min(total, kMostSources);
        look->counted = true;
        look->sources.resize(count);
        look->statistics.resize(count);
        for (quint32 i = 0; i < count; ++i) askSource(look, i);
    });
}

void ChronyMonitor::askSource(const std::shared_ptr<Look>& look, quint32 index) {
    ask<SourceReport>(candm::sourceDataRequest(index), look, &candm::sourceData,
                      [this, look, index](const SourceReport& source) {
                          look->sources[index] = source;
                          askDetails(look, index);
                      });
    ask<SourceStatistics>(
        candm::sourceStatisticsRequest(index), look, &candm::sourceStatistics,
        [raw = look.get(), index](const SourceStatistics& statistics) { raw->statistics[index] = statistics; });
}

void ChronyMonitor::askDetails(const std::shared_ptr<Look>& look, std::size_t index) {
    SourceReport& source = *look->sources[index];
    if (source.mode == SourceMode::ReferenceClock) return;
    const SourceAddress address = source.address;
    if (const auto known = m_names.find(address); known != m_names.end()) {
        source.name = known->second;
    } else {
        ask<QString>(candm::sourceNameRequest(address), look, &candm::sourceName,
                     [this, raw = look.get(), index, address](const QString& name) {
                         raw->sources[index]->name = name;
                         m_names.emplace(address, name);
                     });
    }
    if (source.address.kind == SourceAddressKind::Unresolved) return;
    ask<candm::NtpData>(candm::ntpDataRequest(address), look, &candm::ntpData,
                        [raw = look.get(), index](const candm::NtpData& data) {
                            if (data.validReplies > 0) raw->sources[index]->delay = data.delay;
                        });
}

void ChronyMonitor::finish(Look& look) {
    if (look.generation != m_generation) return;
    Observation seen = std::move(look.seen);
    seen.at = std::chrono::steady_clock::now();
    seen.atUnixMs = QDateTime::currentMSecsSinceEpoch();
    const auto present = [](const auto& value) { return value.has_value(); };
    // A list with a hole would show a source as gone that only was not seen this time.
    if (look.counted && std::all_of(look.sources.begin(), look.sources.end(), present)) {
        seen.sources.emplace();
        for (auto& source : look.sources) seen.sources->push_back(std::move(*source));
    }
    if (look.counted && std::all_of(look.statistics.begin(), look.statistics.end(), present)) {
        seen.statistics.emplace();
        for (auto& statistics : look.statistics) seen.statistics->push_back(*statistics);
    }
    const bool follows =
        seen.sources && std::any_of(seen.sources->begin(), seen.sources->end(),
                                    [](const auto& source) { return source.state == SourceState::Selected; });
    const bool settling = !follows && seen.at - m_startedAt < m_intervals.settlingAtMost;
    m_timer.start(settling ? m_intervals.settling : m_intervals.settled);
    Q_EMIT observed(seen);
}

}  // namespace fos1::ntp
