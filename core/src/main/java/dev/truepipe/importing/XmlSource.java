package dev.truepipe.importing;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads XML of other tools in a stream, with the JDK's own parser whatever else is on the class path. A document type is refused, and with it
 * every entity but the five of XML: no tool writes one, and they are how a small file becomes a large one, or reads another.
 */
final class XmlSource {
    private static final XMLInputFactory FACTORY = XMLInputFactory.newDefaultFactory();

    static {
        FACTORY.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        FACTORY.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        FACTORY.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        FACTORY.setXMLResolver((_, systemId, _, _) -> {
            throw new XMLStreamException("it asks for another file, " + systemId);
        });
    }

    private XmlSource() {}

    /** What is done with the file's events. */
    @FunctionalInterface
    interface Reading {
        void read(XMLStreamReader xml) throws XMLStreamException, IOException;
    }

    /** There is nothing more to be read. */
    static final class Enough extends XMLStreamException {
        private static final long serialVersionUID = 1;
    }

    /**
     * Reads a file.
     *
     * @throws UnreadableSourceException if it is no XML, breaks off, or has a document type
     * @throws IOException as the source fails: the parser would take that for a fault of the file
     */
    static void read(SourceFile file, Reading reading) throws IOException {
        try (Heard in = new Heard(file.open())) {
            read(file, in, reading);
        }
    }

    private static void read(SourceFile file, Heard in, Reading reading) throws IOException {
        try {
            XMLStreamReader xml = FACTORY.createXMLStreamReader(in);
            try {
                reading.read(new Guarded(xml, file));
            } finally {
                xml.close();
            }
        } catch (Enough enough) {
            return;
        } catch (XMLStreamException e) {
            if (in.failure != null) {
                throw in.failure;
            }
            if (e.getCause() instanceof UnreadableSourceException refused) {
                throw refused;
            }
            String where = e.getLocation() == null || e.getLocation().getLineNumber() < 1 ? ""
                    : " at line " + e.getLocation().getLineNumber() + ", column " + e.getLocation().getColumnNumber();
            String why = e.getMessage() == null ? "" : e.getMessage().replaceFirst("(?s)^ParseError at \\[row,col\\]:\\[[0-9,]+\\]\\s*(Message: )?", "");
            throw new UnreadableSourceException(file.name(), "is not whole XML" + where + ": " + ImportReport.shown(why.lines().findFirst().orElse("")),
                    "export or download it again", e);
        }
    }

    /** Keeps what the source failed with. */
    private static final class Heard extends FilterInputStream {
        private IOException failure;

        private Heard(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return in.read();
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            try {
                return in.read(bytes, offset, count);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }

    /** Stops at a document type. */
    private static final class Guarded extends javax.xml.stream.util.StreamReaderDelegate {
        private final SourceFile file;

        private Guarded(XMLStreamReader xml, SourceFile file) {
            super(xml);
            this.file = file;
        }

        @Override
        public int next() throws XMLStreamException {
            int event = super.next();
            if (event == DTD || event == ENTITY_REFERENCE) {
                throw new XMLStreamException(file.unreadable("has a document type or an entity of its own", "take the DOCTYPE out; no labeling tool writes one"));
            }
            return event;
        }
    }
}
