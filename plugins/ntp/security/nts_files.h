// SPDX-License-Identifier: GPL-2.0-or-later
// Puts certificates and keys where chronyd's user can read them. The file names change with the content, so the pair of
// the last good configuration stays until it is no longer needed. Must not know the spec.
#pragma once

#include "chrony/run_as.h"
#include "core/materials.h"
#include "security/certificate.h"

namespace fos1::ntp {

class NtsFiles {
   public:
    explicit NtsFiles(QString directory) : m_directory(std::move(directory)) {}

    /// The paths where the files are placed.
    [[nodiscard]] NtsServerFiles namesOf(const KeyPair& pair) const;
    [[nodiscard]] QString nameOfBundle(const QByteArray& bundle) const;

    [[nodiscard]] Result<NtsServerFiles> place(const KeyPair& pair, const RunAs& user) const;
    [[nodiscard]] Result<QString> placeBundle(const QByteArray& bundle, const RunAs& user) const;

    /// Removes every file except these; empty names are ignored.
    void removeAllBut(const QStringList& kept) const;

   private:
    [[nodiscard]] tl::expected<void, Error> write(const QString& path, const QByteArray& content,
                                                  const RunAs& user) const;

    QString m_directory;
};

}  // namespace fos1::ntp
