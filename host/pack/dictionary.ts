/*
 * The preset dictionaries: what deflate may point back at before a record has said anything itself.
 *
 * Names of properties, parameters and fixed values as the standards print them, extensions in common use, names of the tz database; no text of
 * anybody's records. What is met oftenest stands last: the nearer, the fewer bits. A dictionary is a part of the format: once a store was written with it, not a byte of it may change.
 * tests/unit/host/pack/dictionary.test.ts holds their checksums; a better one is a new set under another codec (codec.ts).
 */

/** vCard 2.1 (versit 1996), 3.0 (RFC 2426), 4.0 (RFC 6350, 6474, 6715). */
const VCARD = [
  "XML:CALADRURI:CALURI:FBURL:CLIENTPIDMAP:RELATED;VALUE=uri:urn:uuid:IMPP;TYPE=IMPP:xmpp:sip:GENDER:MEMBER:KIND:individual",
  "BIRTHPLACE:DEATHPLACE:DEATHDATE:EXPERTISE:HOBBY:INTEREST:ORG-DIRECTORY:item1.X-ABLabel:_$!<HomePage>!$_item2.X-ABADR:X-ABDATE:",
  ";MEDIATYPE=;ALTID=1;PID=1.1;SORT-AS=;LANGUAGE=en;VALUE=date-and-or-time:;VALUE=text:;PREF=2:KEY;TYPE=;VALUE=uri:LANG;PREF=1:",
  "PHOTO;ENCODING=b;TYPE=JPEG:PHOTO;ENCODING=BASE64;JPEG:PHOTO;VALUE=URL;TYPE=GIF:PNG:data:image/jpeg;base64,TZ;VALUE=utc-offset:",
  "\r\nTEL;PAGER;BBS;MODEM;CAR;ISDN;VIDEO;MSG:+TEL;HOME;FAX:TEL;WORK;FAX:TEL;TYPE=pager:TEL;TYPE=OTHER:TEL;TYPE=FAX:",
  'TEL;VALUE=uri;TYPE="voice,video,text,cell,home,work";PREF=1:tel:+1-\r\nTEL;TYPE=WORK,FAX:\r\nTEL;TYPE=HOME,FAX:',
  "NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:LABEL;TYPE=dom,intl,postal,parcel,home,work:LABEL;HOME;ENCODING=QUOTED-PRINTABLE:=0D=0A=",
  "ADR;WORK;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;;ADR;DOM;INTL;POSTAL;PARCEL;HOME:;;ADR;WORK:;;=C3=A=C3=B=D0=B",
  "SOUND;AGENT:LOGO;X509;PGP:CLASS:PUBLIC\r\nMAILER:SORT-STRING:PROFILE:VCARD\r\nSOURCE:NAME:ROLE:GEO;TYPE=work:geo:TZ:",
  "X-SPOUSE:X-MANAGER:X-ASSISTANT:X-PHONETIC-FIRST-NAME:X-PHONETIC-LAST-NAME:X-SKYPE:X-JABBER:X-AIM:X-ICQ:X-MSN:X-YAHOO:X-ANNIVERSARY:",
  "\r\nADR;TYPE=WORK,POSTAL,PARCEL:;;\r\nADR;TYPE=work:;;\r\nADR;TYPE=home:;;\r\nADR;TYPE=WORK:;;\r\nADR;TYPE=HOME:;;",
  "\r\nTEL;TYPE=work:\r\nTEL;TYPE=home:\r\nTEL;TYPE=cell:\r\nTEL;TYPE=CELL,VOICE:\r\nTEL;TYPE=HOME,VOICE:\r\nTEL;TYPE=WORK,VOICE:\r\nTEL;TYPE=CELL:+",
  "\r\nTEL;PREF;CELL;VOICE:+1\r\nTEL;WORK;VOICE:+\r\nTEL;HOME;VOICE:+\r\nTEL;CELL:\r\nANNIVERSARY:GENDER:\r\nURL;HOME:URL;TYPE=WORK:http://www.",
  "\r\nCATEGORIES:\r\nREV:20\r\nUID:urn:uuid:\r\nPRODID:-//\r\nURL:http://www.\r\nBDAY;VALUE=date:\r\nBDAY:19\r\nNOTE:",
  "\r\nEMAIL;PREF;INTERNET:\r\nEMAIL;INTERNET:\r\nEMAIL;TYPE=home:\r\nEMAIL;TYPE=work:\r\nEMAIL;TYPE=WORK:\r\nEMAIL:\r\nEMAIL;TYPE=INTERNET:",
  ".org\r\n.net\r\n.com\r\nNICKNAME:\r\nORG;TYPE=work:\r\nTITLE:\r\nORG:\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=\r\nFN;CHARSET=UTF-8:",
  "\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nN:BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\r\nN:;;;\r\n",
].join("");

/** iCalendar (RFC 2445, RFC 5545, RFC 7986) and vCalendar 1.0 (versit 1996). */
const CALENDAR = [
  "COLOR:IMAGE;VALUE=URI;DISPLAY=BADGE;FMTTYPE=image/png:CONFERENCE;FEATURE=AUDIO:REFRESH-INTERVAL;VALUE=DURATION:SOURCE:NAME:",
  "BEGIN:VFREEBUSY\r\nFREEBUSY;FBTYPE=BUSY-TENTATIVE:BUSY-UNAVAILABLE:FREE:BEGIN:VJOURNAL\r\nEND:VJOURNAL\r\n",
  "DALARM:AALARM;TYPE=WAVE:MALARM:PALARM:TRANSP:0DAYLIGHT:TRUE;DCREATED:RNUM:EXRULE:STATUS:NEEDS ACTION;EXPECT=IMMEDIATE:=0D=0A=",
  "SUMMARY;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:REQUEST-STATUS:2.0;Success\r\nCONTACT:RELATED-TO;RELTYPE=PARENT:GEO:RESOURCES:COMMENT:",
  "ATTACH;FMTTYPE=;ENCODING=BASE64;VALUE=BINARY:ATTACH;VALUE=URI:PERCENT-COMPLETE:0\r\nCOMPLETED:20\r\nSTATUS:NEEDS-ACTION\r\nSTATUS:COMPLETED\r\n",
  "STATUS:IN-PROCESS\r\nSTATUS:CANCELLED\r\nBEGIN:VTODO\r\nDUE;VALUE=DATE:20\r\nDUE:20\r\nEND:VTODO\r\n",
  'RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:RECURRENCE-ID;TZID=RECURRENCE-ID:;LANGUAGE=en;ALTREP="CID:EXDATE;VALUE=DATE:EXDATE;TZID=RDATE;VALUE=PERIOD:',
  "METHOD:REQUEST\r\nMETHOD:PUBLISH\r\nCALSCALE:GREGORIAN\r\nBEGIN:VTIMEZONE\r\nTZID:TZURL:BEGIN:STANDARD\r\nDTSTART:1970",
  "1101T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:EST\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n",
  "BEGIN:VALARM\r\nACTION:AUDIO\r\nACTION:EMAIL\r\nACTION:DISPLAY\r\nTRIGGER;VALUE=DURATION:TRIGGER;VALUE=DATE-TIME:TRIGGER;RELATED=START:-PT15M\r\nTRIGGER:-PT\r\nREPEAT:1\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\n",
  "RRULE:FREQ=DAILY;RRULE:FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=-1;WKST=MO;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYMONTH=10;BYDAY=-1SU;COUNT=10\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYMONTH=\r\nRRULE:FREQ=WEEKLY;WKST=SU;UNTIL=20;BYDAY=",
  'ATTENDEE;CUTYPE=RESOURCE;ROLE=OPT-PARTICIPANT;PARTSTAT=DECLINED;TENTATIVE;DELEGATED;DELEGATED-TO="MEMBER="SENT-BY="DIR="ROLE=NON-PARTICIPANT;RSVP=FALSE;CUTYPE=ROOM:',
  "ATTENDEE;ROLE=CHAIR;PARTSTAT=ACCEPTED;CN=:MAILTO:ATTENDEE;RSVP=TRUE;CUTYPE=INDIVIDUAL;CN=ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=ORGANIZER;CN=:MAILTO:ORGANIZER:mailto:",
  '\r\nDTSTART;TZID="Africa/Asia/TokyoAustralia/SydneyPacific/Canada/US/EasternUS/CentralUS/PacificEurope/BerlinEurope/ParisEurope/London',
  "America/ChicagoAmerica/DenverAmerica/New_YorkAmerica/Los_Angeles:20;VALUE=DATE-TIME:20\r\nDURATION:PT1H30M\r\n",
  "CATEGORIES:BUSINESS,PERSONAL,HOLIDAY\r\nCLASS:PRIVATE\r\nCLASS:CONFIDENTIAL\r\nPRIORITY:0\r\nURL:http://URL;VALUE=URI:http://www.",
  "BEGIN:VCALENDAR\r\nVERSION:1.0\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//\r\nEND:VCALENDAR\r\n",
  "CREATED:20\r\nLAST-MODIFIED:20\r\nCLASS:PUBLIC\r\nSTATUS:TENTATIVE\r\nSTATUS:CONFIRMED\r\nTRANSP:TRANSPARENT\r\nTRANSP:OPAQUE\r\nSEQUENCE:0\r\nLOCATION:\r\nDESCRIPTION:",
  "\r\nDURATION:PT\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTAMP:20\r\nDTSTART:20\r\nDTEND:20T000000Z\r\nDTSTART;TZID=DTEND;TZID=\r\nUID:",
  "\r\nDTSTAMP:20T000000Z\r\nSUMMARY:\r\nBEGIN:VEVENT\r\nUID:\r\nDTSTART;VALUE=DATE:20\r\nDTEND;VALUE=DATE:20\r\nSUMMARY:\r\n",
].join("");

/** Mail (RFC 5322, RFC 2045 to 2049) and the notes and messages of IrMC (vNote, vMessage 1.1). */
const MAIL = [
  "BEGIN:VMSG\r\nVERSION:1.1\r\nX-IRMC-STATUS:READ\r\nX-IRMC-TYPE:INET\r\nX-IRMC-BOX:INBOX\r\nBEGIN:VENV\r\nBEGIN:VBODY\r\nEND:VBODY\r\nEND:VENV\r\nEND:VMSG\r\n",
  "BEGIN:VNOTE\r\nVERSION:1.1\r\nBODY;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:DCREATED:20LAST-MODIFIED:20END:VNOTE\r\n",
  "Resent-From: Resent-To: Comments: Keywords: Content-Language: en\r\nOrganization: Errors-To: Precedence: bulk\r\nAuto-Submitted: auto-generated\r\n",
  "List-Id: <List-Post: <mailto:List-Help: <List-Subscribe: <List-Unsubscribe: <http://List-Archive: <List-Owner: Authentication-Results: spf=pass smtp.mailfrom=; dkim=pass header.i=@",
  "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=; s=; h=mime-version:from:date:message-id:subject:to:content-type; bh=; b=Received-SPF: pass ",
  'This is a multi-part message in MIME format.\r\nmessage/rfc822message/delivery-statusmultipart/report; multipart/signed; multipart/related; application/octet-stream; application/pgp-signature; image/jpeg; image/png; image/gif; name="',
  'Content-ID: <Content-Description: Content-Disposition: inline; Content-Disposition: attachment; filename="\r\nContent-Transfer-Encoding: base64\r\n\r\n',
  "Mon, Tue, Wed, Thu, Fri, Sat, Sun, Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec 200 :00:00 +0000 (UTC)\r\n -0500 (EST)\r\n +0100\r\n",
  "Return-Path: <Delivered-To: X-Original-To: Received: by Received: from localhost ([127.0.0.1]) by  with SMTP id  with ESMTP id ; for <>; ",
  "User-Agent: X-Mailer: Sender: Reply-To: Bcc: Cc: In-Reply-To: <References: <\r\nMessage-ID: <Message-Id: <",
  'Content-Type: multipart/mixed; boundary="Content-Type: multipart/alternative;\r\n boundary="----=_Part_Content-Type: text/html; charset="utf-8"\r\n',
  'Content-Type: text/plain; charset="iso-8859-1"\r\nContent-Type: text/plain; charset=us-ascii; format=flowed\r\nContent-Type: text/plain; charset=UTF-8\r\n',
  "Content-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Transfer-Encoding: 7bit\r\nMIME-Version: 1.0\r\n",
  "=?UTF-8?B?=?utf-8?Q?=?iso-8859-1?Q?Subject: Re: Fwd: Date: To: From: ",
].join("");

/** By kind of record: docs/format.md §5. */
const SET_1: ReadonlyMap<string, Uint8Array> = (() => {
  const [vcard, calendar, mail] = [VCARD, CALENDAR, MAIL].map((text) => new TextEncoder().encode(text));
  const kinds = { contact: vcard, event: calendar, todo: calendar, note: mail, message: mail, mail, photo: mail, vault: mail };
  return new Map(Object.entries(kinds));
})();

/** The dictionary of `kind` in set `number`; undefined when this version does not know it. */
export function dictionary(number: number, kind: string): Uint8Array | undefined {
  return number === 1 ? SET_1.get(kind) : undefined;
}
