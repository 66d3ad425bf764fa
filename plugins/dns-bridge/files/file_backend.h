// SPDX-License-Identifier: GPL-2.0-or-later
// A zone in a file of our own, for servers that take no updates: a hosts file, a part of a zone file, or a whole one.
// Must not know the bus, or when to act.
#pragma once

#include <QElapsedTimer>

#include "core/zone_text.h"
#include "dns_backend.h"
#include "files/reload_command.h"
#include "worker.h"

namespace fos1::dns {

struct FileZone {
    ZoneSpec zone;
    FileForm form = FileForm::Hosts;
    QString path;
    quint32 ttl = 60;
    QByteArray owner;
    ZoneHead head;       ///< for a zone file of its own
    QStringList reload;  ///< a command; empty: the server notices by itself
};

class FileBackend final : public DnsBackend {
    Q_OBJECT

   public:
    explicit FileBackend(FileZone zone);

    void apply(std::shared_ptr<const ZonePlan> plan, Done done) override;
    [[nodiscard]] std::shared_ptr<const ZoneTable> table() const override { return m_table; }
    [[nodiscard]] bool mayHaveOurs() const override { return true; }

   private:
    struct Written {
        bool isChanged = false;  ///< the file had something else
        NamedRecords records;    ///< as the file has them
        std::optional<quint32> serial;
    };
    [[nodiscard]] static ZoneResult<Written> write(const FileZone& config, const ZonePlan& plan);
    void written(const ZoneResult<Written>& result);
    void finish(bool isWritten, const QString& warning);
    void showTable();

    const FileZone m_config;
    ReloadCommand m_reload;
    bool m_needsReload = false;
    NamedRecords m_records;  ///< as the file has them
    std::optional<quint32> m_serial;
    std::shared_ptr<const ZonePlan> m_settled;
    std::shared_ptr<const ZoneTable> m_table;

    // Of the call under way.
    std::shared_ptr<const ZonePlan> m_plan;
    Done m_done;
    QElapsedTimer m_since;

    Worker m_worker{"fos1-dns-files"};  ///< a disk may be slow; last: its jobs end before the rest goes
};

/// What a file should have: what is wanted, and what is there and may stay.
[[nodiscard]] NamedRecords wantedRecords(const ZonePlan& plan, const NamedRecords& present, FileForm form);

}  // namespace fos1::dns
