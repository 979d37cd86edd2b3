package dev.boxmill.job.storage;

import static java.util.Objects.requireNonNull;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An address in two parts: what names the file, and what opens it for whoever has it. Only the
 * first may get into tables, messages and logs. Two addresses that differ in their signatures alone
 * name one file.
 *
 * @param uri the address without its signature
 * @param signedQuery the whole query as it was given, for the request; empty without a signature
 */
public record SignedAddress(String uri, String signedQuery) {

  private static final Pattern WITH_QUERY =
      Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*)://([^?]*)\\?(.*)", Pattern.DOTALL);

  /** In addresses of these a question mark is part of a name. */
  private static final Set<String> WITHOUT_QUERIES = Set.of("file", "hdfs", "viewfs", "har");

  private static final Pattern SEPARATORS = Pattern.compile("[^a-z0-9]");
  private static final Pattern ENDS = Pattern.compile("[&;]");

  /** Parameters that are secrets by themselves, in lower case and without separators. */
  private static final Set<String> SECRETS =
      Set.of(
          ("signature sig token accesstoken authtoken idtoken refreshtoken securitytoken"
                  + " sessiontoken sastoken"
                  + " awsaccesskeyid ossaccesskeyid googleaccessid accesskeyid accesskey"
                  + " secretaccesskey"
                  + " secret secretkey clientsecret password passwd pwd apikey xapikey"
                  + " subscriptionkey privatetoken jobtoken personalaccesstoken keypairid authkey"
                  + " authorization credential credentials session sessionid jwt hmac hdnts hdnea"
                  + " hdntl gda qak qsignature")
              .split(" "));

  /** Of AWS, Google, Alibaba, Tencent, Huawei: a date or an expiry belongs to its signature. */
  private static final Pattern OF_SIGNATURE =
      Pattern.compile(
          "xamz.+|xgoog.+|xoss(signature|signatureversion|credential|date|expires|additionalheaders"
              + "|securitytoken)|q(sign|key|header|urlparam).*|x(cos|obs|ms).*(token|signature)");

  /** These say what a signature covers: without one, they are parameters like others. */
  private static final Set<String> BESIDE_SIGNATURE =
      Set.of(
          ("expires expiry expire exp policy ex is oe xid"
                  // a shared access signature of Azure
                  + " sv ss srt sr se st sp spr sip skoid sktid skt ske sks skv sdd saoid suoid scid"
                  + " ses si")
              .split(" "));

  /** Secret if its value looks drawn by lot, and a plain parameter otherwise. */
  private static final Set<String> PERHAPS = Set.of("auth", "sign", "hm", "oh", "verify", "code");

  private static final Pattern DRAWN =
      Pattern.compile("(?=.*\\d)(?=.*[a-zA-Z])[a-zA-Z0-9_+/=~-]{20,}");

  /** What services give out as keys, whatever their parameter is called. */
  private static final Pattern KEY =
      Pattern.compile(
          "(AKIA|ASIA)[A-Z0-9]{16}|AIza[\\w-]{35}|eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*|gh[pousr]_\\w{20,}"
              + "|hf_\\w{20,}");

  public SignedAddress {
    requireNonNull(uri, "uri is null");
    requireNonNull(signedQuery, "signedQuery is null");
  }

  /** Takes an address apart. */
  public static SignedAddress of(String text) {
    Matcher address = WITH_QUERY.matcher(text);
    if (!address.matches() || WITHOUT_QUERIES.contains(lower(address.group(1)))) {
      return new SignedAddress(text, "");
    }
    String query = withoutFragment(address.group(3));
    List<String> parameters = Arrays.asList(ENDS.split(query));
    if (parameters.stream().noneMatch(SignedAddress::isSecret)) {
      return new SignedAddress(text, "");
    }
    String kept =
        parameters.stream()
            .filter(Predicate.not(SignedAddress::isOfSignature))
            .collect(Collectors.joining("&"));
    String file = text.substring(0, address.start(3) - 1);
    return new SignedAddress(kept.isEmpty() ? file : file + "?" + kept, query);
  }

  /** Whether whoever has the address may open it. */
  public boolean isSigned() {
    return !signedQuery.isEmpty();
  }

  /** With the signature, as it was given: for the request alone. */
  public String whole() {
    return isSigned() ? uri.split("\\?", 2)[0] + "?" + signedQuery : uri;
  }

  /** Without the signature. */
  @Override
  public String toString() {
    return isSigned() ? uri + " (signed)" : uri;
  }

  private static String withoutFragment(String query) {
    int fragment = query.indexOf('#');
    return fragment < 0 ? query : query.substring(0, fragment);
  }

  private static boolean isOfSignature(String parameter) {
    return isSecret(parameter) || BESIDE_SIGNATURE.contains(name(parameter));
  }

  private static boolean isSecret(String parameter) {
    String name = name(parameter);
    String value = decoded(parameter.substring(parameter.indexOf('=') + 1));
    return !value.isEmpty()
        && parameter.contains("=")
        && (SECRETS.contains(name)
            || OF_SIGNATURE.matcher(name).matches()
            || KEY.matcher(value).matches()
            || (PERHAPS.contains(name) && DRAWN.matcher(value).matches()));
  }

  private static String name(String parameter) {
    int end = parameter.indexOf('=');
    String name = decoded(end < 0 ? parameter : parameter.substring(0, end));
    return SEPARATORS.matcher(lower(name)).replaceAll("");
  }

  private static String decoded(String text) {
    if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
      return text;
    }
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEscaped) {
      return text;
    }
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
