// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/hardware_parser.h"

#include <QDate>
#include <map>

namespace fos1::ntp {

namespace {

using std::chrono::seconds;

constexpr double kLongestOffset = 1e6;
constexpr double kLongestDelay = 1000;
constexpr int kHighestRate = 1000;
constexpr int kHighestClockStratum = 14;
/// No receiver that this program meets is before it.
constexpr const char* kDefaultPivot = "2026-01-01";
constexpr const char* kDefaultPps = "/dev/pps0";
const std::vector<int> kSpeeds{4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800};

QString device(const FieldChecks& at, const char* name, const QString& fallback = {}) {
    const QString key = QLatin1String(name);
    if (!at.reader().has(key)) return fallback;
    const QString path = at.absolutePath(key).value_or(QString());
    // chronyd takes what follows a colon for an option of the driver.
    if (!path.isEmpty() &&
        (!path.startsWith(QStringLiteral("/dev/")) || path.contains(u':') || path.contains(QStringLiteral("/../"))))
        at.report(key, QStringLiteral("\"%1\" must be a path below /dev without a colon").arg(path));
    return path;
}

QString refid(const FieldChecks& at, const char* name, const QString& fallback) {
    const QString key = QLatin1String(name);
    const QString text = at.reader().text(key, fallback);
    const bool isGood = text.size() <= 4 && std::all_of(text.begin(), text.end(), [](QChar c) {
                            return (c >= u'0' && c <= u'9') || (c >= u'A' && c <= u'Z') || (c >= u'a' && c <= u'z');
                        });
    if (!isGood || (text.isEmpty() && at.reader().has(key)))
        at.report(key, QStringLiteral("\"%1\" must be one to four letters or digits").arg(text));
    return text;
}

ClockOptions options(const FieldChecks& at, const char* defaultRefid) {
    ClockOptions options;
    options.refid = refid(at, "refid", QLatin1String(defaultRefid));
    options.prefer = at.reader().boolean(QStringLiteral("prefer"));
    options.offset = at.duration(QStringLiteral("offset"), seconds(1), -kLongestOffset, kLongestOffset);
    options.delay = at.duration(QStringLiteral("delay"), seconds(1), 0, kLongestDelay);
    return options;
}

bool isEnabled(const FieldChecks& at) { return at.reader().boolean(QStringLiteral("enabled")); }

qint64 pivot(const FieldChecks& at) {
    const QString key = QStringLiteral("pivot");
    const QString text = at.reader().text(key, QLatin1String(kDefaultPivot));
    const QDate date = QDate::fromString(text, Qt::ISODate);
    if (date.isValid() && date.year() >= 1980 && date.year() < 2200) return date.startOfDay(Qt::UTC).toSecsSinceEpoch();
    at.report(key, QStringLiteral("\"%1\" must be a date from 1980 on, such as 2026-01-01").arg(text));
    return 0;
}

template <typename T>
T choice(const FieldChecks& at, const char* name, std::initializer_list<std::pair<const char*, T>> values) {
    const QString key = QLatin1String(name);
    const QString text = at.reader().text(key, QLatin1String(values.begin()->first));
    QStringList known;
    for (const auto& [word, value] : values) {
        if (text == QLatin1String(word)) return value;
        known.append(QLatin1String(word));
    }
    at.report(key, QStringLiteral("must be %1, is \"%2\"").arg(known.join(QStringLiteral(" or ")), text));
    return values.begin()->second;
}

PpsSpec parsePps(const FieldChecks& at) {
    PpsSpec pps;
    pps.device = device(at, "device", QLatin1String(kDefaultPps));
    pps.options = options(at, "PPS");
    pps.lock = refid(at, "lock", {});
    pps.rate = at.integer(QStringLiteral("rate"), 1, kHighestRate).value_or(1);
    pps.isClearEdge = choice<bool>(at, "edge", {{"assert", false}, {"clear", true}});
    return pps;
}

GpsSpec parseGps(const FieldChecks& at) {
    GpsSpec gps;
    gps.usesGpsd = at.reader().boolean(QStringLiteral("gpsd"));
    gps.device = device(at, "device");
    if (isEnabled(at) && !gps.usesGpsd && !at.reader().has(QStringLiteral("device")))
        at.report(QStringLiteral("device"), QStringLiteral("is required for an enabled GPS, unless gpsd is true"));
    gps.asksUbx = at.reader().boolean(QStringLiteral("ubx"));
    if (gps.asksUbx && gps.usesGpsd)
        at.report(QStringLiteral("ubx"), QStringLiteral("contradicts gpsd, which has the port"));
    gps.options = options(at, "NMEA");
    gps.isRefclock = at.reader().boolean(QStringLiteral("refclock"), true);
    gps.baud = at.integer(QStringLiteral("baud"), kSpeeds.front(), kSpeeds.back());
    if (gps.baud && std::find(kSpeeds.begin(), kSpeeds.end(), *gps.baud) == kSpeeds.end())
        at.report(QStringLiteral("baud"), QStringLiteral("%1 is no usual speed of a serial line").arg(*gps.baud));
    gps.sentences = at.texts(QStringLiteral("sentences"), {QStringLiteral("RMC"), QStringLiteral("GGA"),
                                                           QStringLiteral("ZDA"), QStringLiteral("GLL")});
    gps.pivotUnix = pivot(at);
    gps.needsChecksum = choice<bool>(at, "checksum", {{"required", true}, {"optional", false}});
    gps.onDisagreement = choice<OnDisagreement>(
        at, "onDisagreement", {{"distrust", OnDisagreement::Distrust}, {"report", OnDisagreement::Report}});
    return gps;
}

PhcSpec parsePhc(const FieldChecks& at) {
    PhcSpec phc;
    phc.device = device(at, "device");
    phc.interface = at.interfaceName(QStringLiteral("interface")).value_or(QString());
    const bool hasDevice = at.reader().has(QStringLiteral("device"));
    if (hasDevice && at.reader().has(QStringLiteral("interface")))
        at.report(QStringLiteral("interface"), QStringLiteral("contradicts device: name the clock in one way"));
    if (isEnabled(at) && !hasDevice && !at.reader().has(QStringLiteral("interface")))
        at.report(QStringLiteral("device"),
                  QStringLiteral("or interface is required for an enabled PTP hardware clock"));
    phc.options = options(at, "PHC");
    phc.isTai = at.reader().boolean(QStringLiteral("tai"));
    return phc;
}

AtomicSpec parseAtomic(const FieldChecks& at) {
    AtomicSpec atomic;
    atomic.pps = device(at, "pps");
    atomic.phc = device(at, "phc");
    if (isEnabled(at) && !at.reader().has(QStringLiteral("pps")) && !at.reader().has(QStringLiteral("phc")))
        at.report(QStringLiteral("pps"), QStringLiteral("or phc, or both, is required for an enabled atomic clock"));
    atomic.options = options(at, "ATOM");
    atomic.stratum = at.integer(QStringLiteral("stratum"), 0, kHighestClockStratum).value_or(0);
    return atomic;
}

/// Two clocks of one name could not be told apart, nor two readers of one device share it.
class SeenClocks {
   public:
    explicit SeenClocks(const FieldChecks& at) : m_at(at) {}
    void name(const QString& path, const QString& refid) {
        const auto [first, isNew] = m_names.try_emplace(refid, path);
        if (!isNew)
            m_at.report(path, QStringLiteral("\"%1\" is the name of %2 too; name each clock differently")
                                  .arg(refid, m_at.reader().path(first->second)));
    }
    void device(const QString& path, const QString& device) {
        if (device.isEmpty()) return;
        const auto [first, isNew] = m_devices.try_emplace(device, path);
        if (!isNew)
            m_at.report(path, QStringLiteral("\"%1\" is the device of %2 too; a device is one clock")
                                  .arg(device, m_at.reader().path(first->second)));
    }
    [[nodiscard]] bool has(const QString& refid) const { return m_names.contains(refid); }

   private:
    const FieldChecks& m_at;
    std::map<QString, QString> m_names;
    std::map<QString, QString> m_devices;
};

void checkTogether(const FieldChecks& at, HardwareSpec& spec) {
    SeenClocks seen(at);
    if (spec.gps && spec.gps->isRefclock) seen.name(QStringLiteral("gps.refid"), spec.gps->options.refid);
    // Its port is read also if it only reports.
    if (spec.gps && !spec.gps->usesGpsd) seen.device(QStringLiteral("gps.device"), spec.gps->device);
    if (spec.phc) {
        seen.name(QStringLiteral("phc.refid"), spec.phc->options.refid);
        seen.device(QStringLiteral("phc.device"), spec.phc->device);
    }
    if (spec.pps && spec.pps->lock.isEmpty() && spec.gps && spec.gps->isRefclock)
        spec.pps->lock = spec.gps->options.refid;
    else if (spec.pps && !spec.pps->lock.isEmpty() && !seen.has(spec.pps->lock))
        at.report(QStringLiteral("pps.lock"),
                  QStringLiteral("\"%1\" is not the refid of an enabled gps or phc").arg(spec.pps->lock));
    if (spec.pps) {
        seen.name(QStringLiteral("pps.refid"), spec.pps->options.refid);
        // A receiver's port may carry its pulse too, unless another program has the port.
        spec.pps->isOnReceiver = spec.gps && !spec.gps->usesGpsd && spec.gps->device == spec.pps->device;
        if (spec.pps->isOnReceiver)
            spec.gps->hasPulse = true;
        else
            seen.device(QStringLiteral("pps.device"), spec.pps->device);
    }
    if (!spec.atomic) return;
    seen.name(QStringLiteral("atomic.refid"), spec.atomic->options.refid);
    if (!spec.atomic->pps.isEmpty() && !spec.atomic->phc.isEmpty())
        seen.name(QStringLiteral("atomic.phc"), kAtomicPhcRefid);
    seen.device(QStringLiteral("atomic.pps"), spec.atomic->pps);
    seen.device(QStringLiteral("atomic.phc"), spec.atomic->phc);
}

}  // namespace

HardwareSpec parseHardware(const FieldChecks& hardware) {
    HardwareSpec spec;
    const FieldChecks pps = hardware.child(QStringLiteral("pps"));
    const FieldChecks gps = hardware.child(QStringLiteral("gps"));
    const FieldChecks phc = hardware.child(QStringLiteral("phc"));
    const FieldChecks atomic = hardware.child(QStringLiteral("atomic"));
    if (PpsSpec parsed = parsePps(pps); isEnabled(pps)) spec.pps = std::move(parsed);
    if (GpsSpec parsed = parseGps(gps); isEnabled(gps)) spec.gps = std::move(parsed);
    if (PhcSpec parsed = parsePhc(phc); isEnabled(phc)) spec.phc = std::move(parsed);
    if (AtomicSpec parsed = parseAtomic(atomic); isEnabled(atomic)) spec.atomic = std::move(parsed);
    checkTogether(hardware, spec);
    return spec;
}

}  // namespace fos1::ntp
