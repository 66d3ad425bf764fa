// SPDX-License-Identifier: GPL-2.0-or-later
// Finds out what a plan needs beside the spec: keys, certificates, interfaces. Reads files and asks the kernel; takes
// a few milliseconds. Decides nothing about chronyd.
#pragma once

#include <QStringList>
#include <optional>

#include "chrony/chrony_layout.h"
#include "chrony/run_as.h"
#include "core/materials.h"
#include "core/nts_facts.h"
#include "core/secrets.h"
#include "model/ntp_service_spec.h"
#include "security/nts_files.h"
#include "security/own_certificate.h"

namespace fos1::ntp {

struct Survey {
    Materials materials;
    std::optional<NtsFacts> nts;  ///< when the spec wants to serve it
};

/// Whether files may be written for chronyd, and a certificate of our own be made.
enum class Effects { Unknown = 0, Allowed, None };

class MaterialsSurvey {
   public:
    MaterialsSurvey(const ChronyLayout& layout, RunAsNow runAs)
        : m_runAs(std::move(runAs)), m_files(layout.ntsDirectory()), m_own(layout.ownCertificateDirectory()) {}

    /// `ns`: the namespace of the service, where its Secrets are. `vlans` is passed on; their addresses become names of
    /// a certificate of our own.
    [[nodiscard]] Survey survey(const NtpServiceSpec& spec, const QString& ns, const Secrets& secrets,
                                const ChronyVersion& version, VlanRules vlans,
                                const std::vector<IpAddress>& ownAddresses, qint64 nowUnix,
                                Effects effects = Effects::Allowed) const;

    /// Removes the files of certificates that none of these names.
    void forgetAllBut(const std::vector<const Materials*>& inUse) const;

   private:
    [[nodiscard]] QString whyNotWritable(const QString& path) const;
    void findKeys(const NtpServiceSpec& spec, const QString& ns, const Secrets& secrets, Materials& found) const;
    [[nodiscard]] NtsFacts findCertificate(const NtpServiceSpec& spec, const QString& ns, const Secrets& secrets,
                                           const std::vector<IpAddress>& ownAddresses, qint64 nowUnix, Effects effects,
                                           Materials& found) const;
    static void findClocks(const HardwareSpec& hardware, Materials& found);
    void findTrust(const NtsSpec& nts, Effects effects, Materials& found) const;

    RunAsNow m_runAs;
    NtsFiles m_files;
    OwnCertificate m_own;
};

}  // namespace fos1::ntp
