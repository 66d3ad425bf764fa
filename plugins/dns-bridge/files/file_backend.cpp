// SPDX-License-Identifier: GPL-2.0-or-later
#include "files/file_backend.h"

#include <QDate>
#include <QDateTime>

#include "core/zone_table.h"
#include "files/own_file.h"

namespace fos1::dns {

namespace {

bool canHave(FileForm form, const Record& record) { return form != FileForm::Hosts || addressOf(record).has_value(); }

/// A file of our own has the records of this router only, so that a name without records needs no line.
void keepPresent(const std::set<Record>& present, const NamePlan* plan, bool keepsRest, std::set<Record>& kept) {
    for (const Record& each : present)
        if (keepsRest || (plan && plan->keepable.contains(each))) kept.insert(each);
}

}  // namespace

NamedRecords wantedRecords(const ZonePlan& plan, const NamedRecords& present, FileForm form) {
    NamedRecords wanted;
    for (const auto& [name, each] : plan.names)
        for (const Record& record : each->wanted)
            if (canHave(form, record)) wanted[name].insert(record);
    for (const auto& [name, records] : present) {
        std::set<Record> kept;
        keepPresent(records, plan.find(name), plan.keepsRest, kept);
        if (!kept.empty()) wanted[name].merge(kept);
    }
    return wanted;
}

FileBackend::FileBackend(FileZone zone) : m_config(std::move(zone)), m_reload(m_config.reload) {}

void FileBackend::apply(std::shared_ptr<const ZonePlan> plan, Done done) {
    m_plan = std::move(plan);
    m_done = std::move(done);
    m_since.start();
    m_worker.post([this, config = m_config, plan = m_plan] {
        return Worker::Answer([this, result = write(config, *plan)] { written(result); });
    });
}

void FileBackend::written(const ZoneResult<Written>& result) {
    if (!result) {
        const Done failed = std::exchange(m_done, nullptr);
        m_plan.reset();
        failed(tl::unexpected(result.error()));
        return;
    }
    m_records = result->records;
    m_serial = result->serial;
    m_needsReload = (m_needsReload || result->isChanged) && !m_config.reload.isEmpty();
    if (!m_needsReload) {
        finish(result->isChanged, {});
        return;
    }
    m_reload.run([this, isWritten = result->isChanged](const QString& problem) {
        m_needsReload = !problem.isEmpty();
        finish(isWritten, problem);
    });
}

/// On the worker's thread.
ZoneResult<FileBackend::Written> FileBackend::write(const FileZone& config, const ZonePlan& plan) {
    const auto fail = [&config](const char* reason, Error error) {
        error.path = config.path;
        return tl::unexpected<Trouble>(Trouble{QString::fromLatin1(reason), std::move(error)});
    };
    const auto present = readOwnFile(config.path);
    if (!present) return fail("NotReadable", present.error());
    ZoneText known;
    if (*present) {
        const auto parsed = parseZoneText(config.form, **present);
        if (!parsed) return fail("ForeignFile", parsed.error());
        known = *parsed;
        for (const auto& [name, glue] : config.head.glue) known.records.erase(name);
    }
    NamedRecords wanted = wantedRecords(plan, known.records, config.form);
    // A serial moves only with the content.
    quint32 serial = known.serial.value_or(0);
    QByteArray text = zoneText(config.form, wanted, config.owner, config.ttl, config.head, serial);
    const bool differs = !*present || **present != text || (config.form == FileForm::Zone && !known.serial);
    if (differs) {
        if (config.form == FileForm::Zone) {
            serial = nextSerial(known.serial, QDate::currentDate());
            text = zoneText(config.form, wanted, config.owner, config.ttl, config.head, serial);
        }
        if (const auto replaced = replaceOwnFile(config.path, text); !replaced)
            return fail("NotWritable", replaced.error());
    }
    Written written{differs, std::move(wanted), {}};
    if (config.form == FileForm::Zone) written.serial = serial;
    return written;
}

void FileBackend::finish(bool isWritten, const QString& warning) {
    if (isWritten || m_settled != m_plan || !m_table) showTable();
    m_settled = std::exchange(m_plan, nullptr);
    Applied applied;
    applied.table = m_table;
    applied.isWritten = isWritten;
    applied.warning = warning;
    applied.updates = isWritten ? 1 : 0;
    applied.took = std::chrono::nanoseconds(m_since.nsecsElapsed());
    const Done done = std::exchange(m_done, nullptr);
    done(applied);
}

void FileBackend::showTable() {
    auto table = std::make_shared<ZoneTable>();
    table->domain = m_config.zone.domain;
    table->ttl = m_config.ttl;
    table->server = m_config.path;
    table->serial = m_serial;
    const qint64 now = QDateTime::currentSecsSinceEpoch();
    NamedRecords rest = m_records;
    for (const auto& [name, plan] : m_plan->names) {
        NameState state;
        state.name = name;
        state.vlans = plan->vlans;
        state.records = rest[name];
        state.wanted = state.records;
        rest.erase(name);
        state.standing = state.records.empty() ? NameStanding::Absent : NameStanding::Published;
        state.verified = now;
        state.reason = plan->reason;
        if (state.records.empty() && !plan->wanted.empty())
            state.reason = QStringLiteral("A hosts file has addresses only.");
        table->names.push_back(std::make_shared<const NameState>(std::move(state)));
    }
    for (const auto& [name, records] : rest)
        table->names.push_back(std::make_shared<const NameState>(
            NameState{name, records, records, {}, NameStanding::Published, {}, now, {}}));
    sortByName(table->names);
    m_table = std::move(table);
}

}  // namespace fos1::dns
