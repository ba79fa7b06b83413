// Lists of trusted services as AgID publishes them (ETSI TS 119 612), good and bad, signed by whoever a test names.
import { SignedXml } from 'xml-crypto';
import type * as make from './cards.ts';

export const IDV = 'http://uri.etsi.org/TrstSvc/Svctype/IdV';
export const STATUS = 'http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus';
const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

export interface ServiceOptions {
  name: string;
  by: make.Authority;
  type?: string;
  status?: string;
  since?: string;
  history?: string;
}

export function service({
  name,
  by,
  type = IDV,
  status = `${STATUS}/granted`,
  since = '2020-01-01T00:00:00Z',
  history = '',
}: ServiceOptions): string {
  const certificate = Buffer.from(by.cert.rawData).toString('base64').replace(/.{64}/g, '$&\n');
  return `<TSPService><ServiceInformation>
    <ServiceTypeIdentifier>${type}</ServiceTypeIdentifier>
    <ServiceName><Name xml:lang="en">${name} (en)</Name><Name xml:lang="it">${name}</Name></ServiceName>
    <ServiceDigitalIdentity><DigitalId><X509Certificate>${certificate}</X509Certificate></DigitalId><DigitalId><X509SubjectName>CN=x</X509SubjectName></DigitalId></ServiceDigitalIdentity>
    <ServiceStatus>${status}</ServiceStatus><StatusStartingTime>${since}</StatusStartingTime>
  </ServiceInformation>${history}</TSPService>`;
}

export interface ListOptions {
  services: string[];
  issued?: string;
  next?: string;
}

export function list({
  services,
  issued = '2026-03-01T00:00:00Z',
  next = '2026-09-01T00:00:00Z',
}: ListOptions): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" Id="elenco" TSLTag="http://uri.etsi.org/19612/TSLTag">
  <!-- as lists often have -->
  <SchemeInformation><TSLVersionIdentifier>5</TSLVersionIdentifier><TSLSequenceNumber>123</TSLSequenceNumber>
    <SchemeTerritory>IT</SchemeTerritory><ListIssueDateTime>${issued}</ListIssueDateTime><NextUpdate><dateTime>${next}</dateTime></NextUpdate></SchemeInformation>
  <TrustServiceProviderList><TrustServiceProvider><TSPInformation><TSPName><Name xml:lang="it">Regione &amp; C.</Name></TSPName></TSPInformation>
    <TSPServices>${services.join('\n')}</TSPServices></TrustServiceProvider></TrustServiceProviderList>
</TrustServiceStatusList>`;
}

export interface SignOptions {
  uri?: boolean;
  signature?: string;
  digest?: string;
  xpath?: string;
}

export function signed(xml: string, by: make.Keys, options: SignOptions = {}): string {
  const { signature = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', digest = SHA256, xpath = '/*' } = options;
  const signing = new SignedXml({
    privateKey: by.key,
    publicCert: by.certificate,
    signatureAlgorithm: signature as never,
    canonicalizationAlgorithm: C14N,
  });
  const common = { xpath, transforms: [ENVELOPED, C14N], digestAlgorithm: digest };
  signing.addReference((options.uri ? common : { ...common, uri: '', isEmptyUri: true }) as never);
  signing.computeSignature(xml, { prefix: 'ds' });
  return signing.getSignedXml();
}
