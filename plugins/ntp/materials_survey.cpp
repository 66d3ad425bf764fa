// SPDX-License-Identifier: GPL-2.0-or-later
#include "materials_survey.h"

#include <QDir>
#include <QFileInfo>
#include <QSysInfo>

#include "chrony/hw_timestamping.h"
#include "model/field_checks.h"
#include "model/key_parser.h"
#include "refclock/clock_devices.h"
#include "refclock/pulse_line.h"
#include "security/private_file.h"

namespace fos1::ntp {

namespace {

constexpr std::size_t kMostCertificateNames = 100;

Result<QByteArray> keyText(const KeySpec& key, const QString& ns, const Secrets& secrets) {
    if (key.secret) return secrets.field(ns, key.secret->name, key.secret->key);
    return readSmallFile(key.file, Readers::OwnerAndGroup);
}

Missing unavailable(const Error& error) {
    return {QStringLiteral("is unavailable: %1").arg(error.text()),
            error.code == ErrorCode::NotFound ? QStringLiteral("SecretNotFound") : QStringLiteral("InputUnavailable")};
}

/// A file or a field often ends with a line end that is none of the key's.
QByteArray withoutLineEnd(QByteArray text) {
    while (text.endsWith('\n') || text.endsWith('\r')) text.chop(1);
    return text;
}

QStringList certificateNames(const NtpServiceSpec& spec, const std::vector<IpAddress>& addresses) {
    QStringList names;
    const QString host = QSysInfo::machineHostName();
    if (isHostName(host)) names.append(QStringLiteral("DNS:") + host.toLower());
    const auto add = [&names](const IpAddress& address) {
        const QString name = QStringLiteral("IP:") + address.text();
        if (!names.contains(name) && static_cast<std::size_t>(names.size()) < kMostCertificateNames) names.append(name);
    };
    for (const IpAddress& address : spec.server.bindAddresses) add(address);
    for (const IpAddress& address : addresses) add(address);
    return names;
}

/// The files that `path` stands for: itself, or those of a directory.
QStringList filesOf(const QString& path) {
    if (!QFileInfo(path).isDir()) return {path};
    QStringList files;
    const QDir directory(path);
    for (const QString& name : directory.entryList({QStringLiteral("*.pem"), QStringLiteral("*.crt")}, QDir::Files))
        files.append(directory.filePath(name));
    return files;
}

}  // namespace

Survey MaterialsSurvey::survey(const NtpServiceSpec& spec, const QString& ns, const Secrets& secrets,
                               const ChronyVersion& version, VlanRules vlans,
                               const std::vector<IpAddress>& ownAddresses, qint64 nowUnix, Effects effects) const {
    Survey survey;
    survey.materials.version = version;
    survey.materials.vlans = std::move(vlans);
    if (!spec.enabled) return survey;
    findKeys(spec, ns, secrets, survey.materials);
    if (const QString why = whyNotWritable(spec.server.driftfile); !why.isEmpty())
        survey.materials.whyNoDriftFile =
            QStringLiteral("cannot be used, so the plugin's own drift file is: %1").arg(why);
    if (const QString why = whyNotWritable(spec.server.rtc.file); !why.isEmpty())
        survey.materials.whyNoRtcFile = QStringLiteral("cannot be used: %1").arg(why);
    for (const HwTimestampSpec& each : spec.server.hwTimestamp)
        if (const QString why = whyNoHwTimestamps(each.interface); !why.isEmpty())
            survey.materials.unusableInterfaces.emplace(each.interface, why);
    findClocks(spec.hardware, survey.materials);
    if (!version.nts) return survey;
    findTrust(spec.nts, effects, survey.materials);
    if (spec.nts.enabled)
        survey.nts = findCertificate(spec, ns, secrets, ownAddresses, nowUnix, effects, survey.materials);
    return survey;
}

/// chronyd writes a new file beside the old one and renames it, and only logs when it cannot.
QString MaterialsSurvey::whyNotWritable(const QString& path) const {
    if (path.isEmpty()) return {};
    const Result<RunAs> user = m_runAs();
    if (!user) return {};  // the engine reports that
    const QString directory = QFileInfo(path).path();
    if (!QFileInfo(directory).isDir()) return QStringLiteral("the directory %1 does not exist").arg(directory);
    if (const auto reachable = checkReachable(path, *user); !reachable) return reachable.error().text();
    if (!canWriteIn(directory, *user)) return QStringLiteral("user %1 cannot write in %2").arg(user->user, directory);
    return {};
}

void MaterialsSurvey::findKeys(const NtpServiceSpec& spec, const QString& ns, const Secrets& secrets,
                               Materials& found) const {
    if (!spec.authentication.enabled) return;
    for (const KeySpec& key : spec.authentication.keys) {
        if (!found.version.sechash && key.type != QStringLiteral("MD5")) {
            found.missingKeys.emplace(
                key.id,
                Missing{QStringLiteral("is of the type %1, and this chronyd was built with MD5 only").arg(key.type),
                        {}});
            continue;
        }
        if (!key.value.isEmpty()) {
            found.keys.emplace(key.id, key.value);
            continue;
        }
        const auto text = keyText(key, ns, secrets);
        const auto bytes =
            text ? keyBytes(withoutLineEnd(*text), key.type) : Result<QByteArray>(tl::unexpected(text.error()));
        if (bytes)
            found.keys.emplace(key.id, *bytes);
        else
            found.missingKeys.emplace(key.id, unavailable(bytes.error()));
    }
}

NtsFacts MaterialsSurvey::findCertificate(const NtpServiceSpec& spec, const QString& ns, const Secrets& secrets,
                                          const std::vector<IpAddress>& ownAddresses, qint64 nowUnix, Effects effects,
                                          Materials& found) const {
    NtsFacts facts;
    const auto read = [&]() -> Result<KeyPair> {
        const auto both = [](Result<QByteArray> certificate, Result<QByteArray> key) -> Result<KeyPair> {
            if (!certificate) return tl::unexpected<Error>(certificate.error());
            if (!key) return tl::unexpected<Error>(key.error());
            return KeyPair{std::move(*certificate), std::move(*key)};
        };
        if (!spec.nts.certificateSecret.isEmpty()) {
            facts.origin = CertificateOrigin::Secret;
            return both(secrets.field(ns, spec.nts.certificateSecret, QStringLiteral("tls.crt")),
                        secrets.field(ns, spec.nts.certificateSecret, QStringLiteral("tls.key")));
        }
        if (!spec.nts.certificateFile.isEmpty()) {
            facts.origin = CertificateOrigin::File;
            return both(readSmallFile(spec.nts.certificateFile, Readers::Anyone),
                        readSmallFile(spec.nts.keyFile, Readers::OwnerAndGroup));
        }
        facts.origin = CertificateOrigin::Own;
        facts.authorityFile = m_own.authorityFile();
        return effects == Effects::None ? m_own.kept(certificateNames(spec, ownAddresses), nowUnix)
                                        : m_own.ensure(certificateNames(spec, ownAddresses), nowUnix);
    };
    const auto refuse = [&](const Error& error) {
        facts.problem = error.text();
        found.noNtsServer = unavailable(error);
        return facts;
    };
    const Result<KeyPair> pair = read();
    if (!pair && effects == Effects::None && facts.origin == CertificateOrigin::Own) {
        found.ntsServer = NtsServerFiles{QStringLiteral("(a new certificate)"), QStringLiteral("(its key)")};
        return facts;
    }
    if (!pair) return refuse(pair.error());
    const auto checked = checkPair(pair->certificate, pair->key, nowUnix);
    if (!checked) return refuse(checked.error());
    const Result<RunAs> user = m_runAs();
    if (!user) return refuse(user.error());
    const auto files =
        effects == Effects::None ? Result<NtsServerFiles>(m_files.namesOf(*pair)) : m_files.place(*pair, *user);
    if (!files) return refuse(files.error());
    found.ntsServer = *files;
    facts.subject = checked->subject;
    facts.names = checked->names;
    facts.notAfterUnix = checked->notAfterUnix;
    facts.sha256 = checked->sha256;
    facts.probe = ProbeOutcome::NotTried;
    return facts;
}

void MaterialsSurvey::findTrust(const NtsSpec& nts, Effects effects, Materials& found) const {
    QByteArray bundle;
    for (const QString& path : nts.trustedCerts) {
        const auto refuse = [&](const Error& error) {
            found.unusableTrustedCerts.emplace(path, QStringLiteral("cannot be used: %1").arg(error.text()));
        };
        for (const QString& file : filesOf(path)) {
            const auto text = readSmallFile(file, Readers::Anyone);
            const auto certificates =
                text ? certificatesIn(*text) : Result<std::vector<QByteArray>>(tl::unexpected(text.error()));
            if (certificates)
                for (const QByteArray& certificate : *certificates) bundle += certificate;
            else
                refuse(certificates.error());
        }
    }
    if (bundle.isEmpty()) return;
    if (effects == Effects::None) {
        found.trustedBundle = m_files.nameOfBundle(bundle);
        return;
    }
    const Result<RunAs> user = m_runAs();
    const auto placed = user ? m_files.placeBundle(bundle, *user) : Result<QString>(tl::unexpected(user.error()));
    if (placed)
        found.trustedBundle = *placed;
    else
        for (const QString& path : nts.trustedCerts)
            found.unusableTrustedCerts.emplace(path, QStringLiteral("cannot be used: %1").arg(placed.error().text()));
}

/// chronyd ends when it cannot open a device.
void MaterialsSurvey::findClocks(const HardwareSpec& hardware, Materials& found) {
    const auto look = [&found](const QString& device, QString (*whyNot)(const QString&)) {
        if (device.isEmpty()) return;
        if (const QString why = whyNot(device); !why.isEmpty()) found.missingClocks.emplace(device, why);
    };
    const auto lookForPulses = [&](const QString& device) {
        const QString made = pulseDeviceOf(device);
        if (made != device) found.pulseOfLine.emplace(device, made);
        if (made == device && isSerialLine(device))
            found.missingClocks.emplace(device, QStringLiteral("gives no pulses from its DCD line yet"));
        else if (const QString why = whyNoPulse(made); !device.isEmpty() && !why.isEmpty())
            found.missingClocks.emplace(device, why);
    };
    if (hardware.pps) lookForPulses(hardware.pps->device);
    if (hardware.phc) {
        QString device = hardware.phc->device;
        if (device.isEmpty()) {
            device = clockDeviceOf(hardware.phc->interface);
            if (!device.isEmpty()) found.clockOfInterface.emplace(hardware.phc->interface, device);
        }
        look(device, whyNoPhc);
    }
    if (!hardware.atomic) return;
    lookForPulses(hardware.atomic->pps);
    look(hardware.atomic->phc, whyNoPhc);
}

void MaterialsSurvey::forgetAllBut(const std::vector<const Materials*>& inUse) const {
    QStringList kept;
    for (const Materials* materials : inUse) {
        kept.append(materials->trustedBundle);
        if (materials->ntsServer) kept << materials->ntsServer->certificate << materials->ntsServer->key;
    }
    m_files.removeAllBut(kept);
}

}  // namespace fos1::ntp
