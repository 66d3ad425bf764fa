// SPDX-License-Identifier: GPL-2.0-or-later
// Our files in a directory that dnsmasq watches ("dhcp-optsdir"), among those of others, which are only read. Blocking:
// for a worker thread. Must not know what options mean.
#pragma once

#include <QByteArray>
#include <QString>
#include <map>

#include "fos1/result.h"

namespace fos1::dhcp {

class OptionsDirectory {
   public:
    struct Listing {
        std::map<QString, QByteArray> ours;
        std::map<QString, QByteArray> others;
        bool isReloadDue = false;     ///< markReload() without clearReload(), perhaps by an earlier run
        bool survivesReboot = false;  ///< it is not in memory

        bool operator==(const Listing&) const = default;
    };

    explicit OptionsDirectory(QString path) : m_path(std::move(path)) {}

    [[nodiscard]] const QString& path() const { return m_path; }

    /// All files that dnsmasq reads. Reads only those that have changed since the last call. Conflict when a file with
    /// one of our names is somebody else's.
    [[nodiscard]] Result<Listing> list();

    /// Replaces a file in one step. Everybody may read it, as dnsmasq does without privileges.
    [[nodiscard]] tl::expected<void, Error> write(const QString& name, const QByteArray& content);
    [[nodiscard]] tl::expected<void, Error> remove(const QString& name);

    /// Records, before files are removed, that dnsmasq has to forget what it read. It outlives us.
    [[nodiscard]] tl::expected<void, Error> markReload();
    [[nodiscard]] tl::expected<void, Error> clearReload();

   private:
    struct Known {
        QByteArray stamp;
        QByteArray content;
    };
    [[nodiscard]] Result<int> open(int flags) const;
    [[nodiscard]] tl::expected<void, Error> note(int directory, const QByteArray& fileName,
                                                 std::map<QString, Known>& known) const;

    const QString m_path;
    std::map<QString, Known> m_known;
};

}  // namespace fos1::dhcp
