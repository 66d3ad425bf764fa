// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/chrony_monitor.h"

#include <QDateTime>

#include "chrony/route_check.h"

namespace fos1::ntp {

namespace {

constexpr quint32 kMostSources = 256;
constexpr int kMostClientPages = 128;  // of eight

/// The list may have changed between the two answers.
bool isAbout(const candm::SelectData& data, const SourceReport& source) {
    if (source.mode != SourceMode::ReferenceClock) return data.address == source.address;
    return data.address.kind == SourceAddressKind::Unknown && data.refId == source.address.number();
}

}  // namespace

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
    std::vector<std::optional<candm::SelectData>> selections;
    ClientList clients;
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
    m_clientsAskedAt.reset();
}

void ChronyMonitor::look() {
    const auto look = std::make_shared<Look>(*this, m_generation);
    askTracking(look);
    askSources(look);
    askServer(look);
    const auto now = std::chrono::steady_clock::now();
    if (m_clientsAskedAt && now - *m_clientsAskedAt < m_intervals.clients) return;
    m_clientsAskedAt = now;
    askClients(look, 0, 1);
}

/// `use` runs only with a good answer.
template <typename T, typename Use>
void ChronyMonitor::ask(Collector collector, const candm::Request& request, const std::shared_ptr<Look>& look,
                        Result<T> (*read)(const candm::Reply&), Use use) {
    look->seen.collectors.try_emplace(collector);
    m_client.request(request, this, [collector, look, read, use = std::move(use)](const Result<candm::Reply>& reply) {
        const Result<T> value = reply.and_then(read);
        if (value) {
            use(*value);
            return;
        }
        look->seen.error = value.error().text();
        look->seen.collectors[collector] = {false, look->seen.error};
    });
}

void ChronyMonitor::askTracking(const std::shared_ptr<Look>& look) {
    ask<Tracking>(Collector::Tracking, candm::trackingRequest(), look, &candm::tracking,
                  [raw = look.get()](const Tracking& tracking) { raw->seen.tracking = tracking; });
}

void ChronyMonitor::askSources(const std::shared_ptr<Look>& look) {
    ask<quint32>(Collector::Sources, candm::sourceCountRequest(), look, &candm::sourceCount,
                 [this, look](const quint32& total) {
                     const quint32 count = std::min(total, kMostSources);
                     look->counted = true;
                     look->sources.resize(count);
                     look->statistics.resize(count);
                     look->selections.resize(count);
                     for (quint32 i = 0; i < count; ++i) askSource(look, i);
                 });
}

void ChronyMonitor::askSource(const std::shared_ptr<Look>& look, quint32 index) {
    Look* const raw = look.get();
    ask<SourceReport>(Collector::Sources, candm::sourceDataRequest(index), look, &candm::sourceData,
                      [this, look, index](const SourceReport& source) {
                          look->sources[index] = source;
                          if (source.mode == SourceMode::ReferenceClock) return;
                          askName(look, index);
                          askDetails(look, index);
                      });
    ask<SourceStatistics>(Collector::Statistics, candm::sourceStatisticsRequest(index), look, &candm::sourceStatistics,
                          [raw, index](const SourceStatistics& statistics) { raw->statistics[index] = statistics; });
    ask<candm::SelectData>(Collector::Selection, candm::selectDataRequest(index), look, &candm::selectData,
                           [raw, index](const candm::SelectData& data) { raw->selections[index] = data; });
}

void ChronyMonitor::askName(const std::shared_ptr<Look>& look, std::size_t index) {
    SourceReport& source = *look->sources[index];
    const SourceAddress address = source.address;
    // The same address may get another name while chronyd runs; until it is asked again, the last one counts.
    const auto now = std::chrono::steady_clock::now();
    if (const auto known = m_names.find(address); known != m_names.end()) {
        source.name = known->second.name;
        if (now - known->second.askedAt < m_intervals.names) return;
    }
    ask<QString>(Collector::Names, candm::sourceNameRequest(address), look, &candm::sourceName,
                 [this, raw = look.get(), index, address, now](const QString& name) {
                     raw->sources[index]->name = name;
                     m_names.insert_or_assign(address, KnownName{name, now});
                 });
}

void ChronyMonitor::askDetails(const std::shared_ptr<Look>& look, std::size_t index) {
    Look* const raw = look.get();
    const SourceAddress address = look->sources[index]->address;
    ask<Authentication>(Collector::Authentication, candm::authDataRequest(address), look, &candm::authData,
                        [raw, index](const Authentication& data) { raw->sources[index]->authentication = data; });
    if (address.kind == SourceAddressKind::Unresolved) return;
    if (const auto ip = address.ip(); ip && look->sources[index]->reachability == 0)
        raw->sources[index]->whyUnreachable = whyUnreachable(*ip);
    ask<NtpData>(Collector::NtpData, candm::ntpDataRequest(address), look, &candm::ntpData,
                 [raw, index](const NtpData& data) {
                     raw->sources[index]->ntp = data;
                     if (data.validReplies > 0) raw->sources[index]->delay = data.delay;
                 });
}

void ChronyMonitor::askServer(const std::shared_ptr<Look>& look) {
    ask<ServerStatistics>(Collector::ServerStatistics, candm::serverStatisticsRequest(), look, &candm::serverStatistics,
                          [raw = look.get()](const ServerStatistics& statistics) { raw->seen.server = statistics; });
}

void ChronyMonitor::askClients(const std::shared_ptr<Look>& look, quint32 first, int page) {
    ask<candm::ClientPage>(Collector::Clients, candm::clientsRequest(first), look, &candm::clientPage,
                           [this, look, page](const candm::ClientPage& answer) {
                               ClientList& list = look->clients;
                               list.isLogged = answer.isLogged;
                               list.clients.insert(list.clients.end(), answer.clients.begin(), answer.clients.end());
                               list.isComplete = !answer.next;
                               if (answer.next && page < kMostClientPages)
                                   askClients(look, *answer.next, page + 1);
                               else
                                   look->seen.clients = std::move(list);
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
        for (std::size_t i = 0; i < look.sources.size(); ++i) {
            SourceReport& source = *look.sources[i];
            if (const auto& data = look.selections[i]; data && isAbout(*data, source))
                source.selection = data->selection;
            seen.sources->push_back(std::move(source));
        }
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
