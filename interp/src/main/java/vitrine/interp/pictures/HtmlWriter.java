package vitrine.interp.pictures;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.io.Json;

/**
 * One HTML file that needs nothing else: no network, and without JavaScript it still shows its
 * pictures. A policy in it lets only its own style sheet and script run, by their hashes, so that
 * no text of a model or a person can become either.
 */
final class HtmlWriter {
  private static final String STYLE = resource("page.css");
  private static final String SCRIPT = resource("page.js");

  private HtmlWriter() {}

  static String write(Page page) {
    String style = STYLE + dark();
    StringBuilder out = new StringBuilder("<!doctype html>\n<html lang=\"en\">\n<head>\n");
    out.append("<meta charset=\"utf-8\">\n");
    out.append(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n".formatted(policy(style)));
    out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.append("<title>%s</title>\n".formatted(Markup.escape(page.title())));
    out.append("<style>").append(style).append("</style>\n</head>\n<body>\n<main>\n");
    out.append("<h1>%s</h1>\n<div class=\"pictures\">\n".formatted(Markup.escape(page.title())));
    for (int i = 0; i < page.pictures().size(); i++) {
      figure(out, page.pictures().get(i), i);
    }
    out.append("</div>\n<h2>Where the numbers come from</h2>\n<dl>\n");
    page.facts()
        .forEach((name, value) ->
            out.append(
                "<dt>%s</dt><dd>%s</dd>\n".formatted(Markup.escape(name), Markup.escape(value))));
    out.append("</dl>\n</main>\n<script type=\"application/json\" id=\"data\">");
    out.append(data(page)).append("</script>\n<script>").append(SCRIPT).append("</script>\n");
    return out.append("</body>\n</html>\n").toString();
  }

  private static String dark() {
    return "@media screen and (prefers-color-scheme: dark) {" + SvgWriter.dark() + "}\n";
  }

  private static void figure(StringBuilder out, Picture picture, int index) {
    out.append("<figure>\n<div class=\"plot\">\n");
    out.append(SvgWriter.element(Layout.of(picture), "picture-" + index));
    out.append("</div>\n<p class=\"readout\" aria-live=\"polite\"></p>\n");
    out.append("<details><summary>Data</summary><div class=\"table\"></div>");
    out.append("<noscript>The picture needs no JavaScript, this table does.</noscript>");
    out.append("</details>\n</figure>\n");
  }

  private static String policy(String style) {
    return "default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'"
        .formatted(hash(style), hash(SCRIPT));
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** {@code {"pictures":[{"columns":[..],"rows":[[..],..]},..],"result":{..}}}. */
  private static String data(Page page) {
    ObjectNode document = Json.object();
    ArrayNode pictures = document.putArray("pictures");
    page.pictures().forEach(picture -> pictures.add(table(DataTables.of(picture))));
    document.set("result", page.data());
    // Inside strings only: JSON has none of these elsewhere. Nothing can then end the element.
    return Json.line(document)
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  private static ObjectNode table(Table table) {
    ObjectNode node = Json.object();
    List<String> names = table.columns().stream().map(Quantity::toString).toList();
    node.set("columns", Json.strings(names));
    ArrayNode rows = node.putArray("rows");
    for (List<Table.Cell> row : table.rows()) {
      ArrayNode cells = rows.addArray();
      for (Table.Cell cell : row) {
        switch (cell) {
          case Table.Words words -> cells.add(words.text());
          case Table.Figure number -> cells.add(Json.number(number.value()));
        }
      }
    }
    return node;
  }

  private static String resource(String name) {
    try (InputStream in = HtmlWriter.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("html: " + name + ": not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
